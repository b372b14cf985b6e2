"""Who sees which subsidies and funding lines, and the decisions and payments of a subsidy."""

from typing import Any, Final
from uuid import UUID

import msgspec

from events_api.domain.actors import Grant
from events_api.domain.subsidies import Decision, DecisionContent, Payment
from events_api.read.attendance import OF_OWN_ORGANISATION
from events_api.read.connections import Pool
from events_api.read.programme import EDITION_OWNED
from events_api.read.records import Visibility, visible

OF_OWN_EDITION: Final = Visibility(public="false", own=EDITION_OWNED.own, known="false")
STAFF_ONLY: Final = Visibility(public="false", known="false")
FOR_YEAR: Final = "exists (select from subsidy_year y where y.subsidy_id = t.id and y.year = {})"
FOR_EDITION: Final = (
    "exists (select from subsidy_allocation a join edition e on e.id = a.edition_id"
    " where a.subsidy_id = t.id and e.public_id = {})"
)
DECISIONS: Final = """
    select d.public_id as id, t.public_id as subsidy_id, d.number, d.content,
           encode(d.content_hash, 'hex') as content_hash, d.decided_by, d.recorded_at
      from subsidy t join subsidy_decision d on d.subsidy_id = t.id
     where t.public_id = $1 and {seen} order by d.number
"""
PAYMENTS: Final = """
    select p.public_id as id, t.public_id as subsidy_id, p.number, p.amount_cents, p.paid_on, p.reference,
           p.recorded_by, p.recorded_at
      from subsidy t join subsidy_payment p on p.subsidy_id = t.id
     where t.public_id = $1 and {seen} order by p.number
"""


async def decisions(pool: Pool, viewer: Grant, subsidy_id: UUID) -> list[Decision]:
    """The decisions on a subsidy, the first one first."""
    values: list[Any] = [subsidy_id]
    seen = visible(OF_OWN_ORGANISATION, viewer, values)
    rows = await pool.fetch(DECISIONS.format(seen=seen), *values)
    return [
        Decision(**{**dict(row), "content": msgspec.json.decode(row["content"], type=DecisionContent)}) for row in rows
    ]


async def payments(pool: Pool, viewer: Grant, subsidy_id: UUID) -> list[Payment]:
    """The payments of a subsidy, the first one first."""
    values: list[Any] = [subsidy_id]
    seen = visible(OF_OWN_ORGANISATION, viewer, values)
    return [Payment(**dict(row)) for row in await pool.fetch(PAYMENTS.format(seen=seen), *values)]

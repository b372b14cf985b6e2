"""What the register knows of the money of an edition, for the form of its entry."""

from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.subsidies import GRANTED
from events_api.read.attendance import OF_OWN_ORGANISATION
from events_api.read.connections import Pool, snapshot
from events_api.read.records import visible
from events_api.read.subsidies import OF_OWN_EDITION

LINES: Final = """
    select t.label, t.source_kind as kind, t.nature, t.amount_cents, t.status
      from funding_line t join edition x on x.id = t.edition_id
     where x.public_id = $1 and t.retired_at is null and {seen} order by t.id limit 200
"""
GRANTS: Final = """
    select t.public_id as id, t.title, t.deliberation, t.nature,
           coalesce(a.amount_cents, case when (select count(*) from subsidy_allocation o where o.subsidy_id = t.id) = 1
               then t.granted_cents end) as amount_cents
      from subsidy t
      join subsidy_allocation a on a.subsidy_id = t.id
      join edition x on x.id = a.edition_id
     where x.public_id = $1 and t.retired_at is null and t.funder_id is null and t.state = any($2) and {seen}
     order by t.id limit 100
"""


class PlanLine(Struct, frozen=True, kw_only=True):
    """A line of the funding plan."""

    label: str
    kind: str
    nature: str
    amount_cents: int
    status: str


class GrantedSupport(Struct, frozen=True, kw_only=True):
    """What the métropole granted to an edition; no amount where its share of several editions is not known."""

    id: UUID
    title: str
    deliberation: str | None
    nature: str
    amount_cents: int | None


class Money(Struct, frozen=True, kw_only=True):
    """The funding plan and the support of the métropole."""

    lines: tuple[PlanLine, ...]
    grants: tuple[GrantedSupport, ...]


async def money_of(pool: Pool, viewer: Grant, edition_id: UUID) -> Money:
    """What the viewer may see of the money of an edition."""
    async with snapshot(pool) as connection:
        values: list[Any] = [edition_id]
        seen = visible(OF_OWN_EDITION, viewer, values)
        lines = await connection.fetch(LINES.format(seen=seen), *values)
        values = [edition_id, sorted(GRANTED)]
        seen = visible(OF_OWN_ORGANISATION, viewer, values)
        grants = await connection.fetch(GRANTS.format(seen=seen), *values)
    return Money(
        lines=tuple(PlanLine(**dict(row)) for row in lines), grants=tuple(GrantedSupport(**dict(row)) for row in grants)
    )

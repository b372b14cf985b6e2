"""The writing side of charts that are shared."""

import secrets
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from events_api.domain.errors import AlreadyRetired, NotFound
from events_api.domain.programme import Edition
from events_api.domain.shares import ChartShare
from events_api.read import shares as reading

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

ADD: Final = """
    insert into chart_share (public_id, token, edition_id, number, chart, created_by, created_at)
    select $1, $2, e.id, $4, $5, $6, $7 from edition e where e.public_id = $3
"""
STANDING: Final = "e.public_id = $1 and s.number = $2 and s.chart = $3 and s.withdrawn_at is null"
OF_EDITION: Final = "e.public_id = $1 and s.public_id = $2"
WITHDRAW: Final = "update chart_share set withdrawn_by = $2, withdrawn_at = $3 where public_id = $1"


async def share_chart(work: "SqlWork", edition_id: UUID, number: int, chart: str) -> ChartShare:
    """Give a chart of a computed assessment an address; the same again gives the address that stands."""
    await _edition(work, edition_id)
    standing = await reading.share(work.connection, STANDING, edition_id, number, chart)
    if standing is not None:
        return standing
    identifier = work.new_id()
    await work.connection.execute(
        ADD, identifier, secrets.token_urlsafe(16), edition_id, number, chart, work.actor.id, work.now
    )
    made = await reading.share(work.connection, OF_EDITION, edition_id, identifier)
    if made is None:
        raise NotFound(kind="chart_share")
    await work.audit("chart_share", made.id, None, msgspec.to_builtins(made))
    return made


async def withdraw_share(work: "SqlWork", edition_id: UUID, share_id: UUID) -> None:
    """Close the address of a shared chart for ever; one that is closed stays as it is."""
    await _edition(work, edition_id)
    before = await reading.share(work.connection, OF_EDITION, edition_id, share_id)
    if before is None:
        raise NotFound(kind="chart_share")
    if before.withdrawn_at is not None:
        return
    await work.connection.execute(WITHDRAW, share_id, work.actor.id, work.now)
    after = msgspec.structs.replace(before, withdrawn_by=work.actor.id, withdrawn_at=work.now)
    await work.audit("chart_share", share_id, msgspec.to_builtins(before), msgspec.to_builtins(after))


async def _edition(work: "SqlWork", edition_id: UUID) -> None:
    """Lock the edition, so that two who share the same chart at once get one address."""
    edition = await work.of(Edition).lock(edition_id)
    if edition.retired_at is not None:
        raise AlreadyRetired

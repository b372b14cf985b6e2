"""What workers keep of assessments: the board of an edition in each language, and its row in the year."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

KEEP_BOARD: Final = """
    insert into impact_board (edition_id, language, number, watermark, input_hash, code_hash, content)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (edition_id, language) do update
       set number = excluded.number, watermark = excluded.watermark, input_hash = excluded.input_hash,
           code_hash = excluded.code_hash, content = excluded.content, drawn_at = excluded.drawn_at
     where impact_board.watermark <= excluded.watermark and impact_board.number <= excluded.number
       and impact_board.input_hash <> excluded.input_hash
"""
KEEP_ROW: Final = """
    insert into impact_edition (edition_id, year, sort_key, family_id, commune_insee, organiser_id, simulated,
        attendances, grade, attended_by, number, assessed_grade, territory, set_number, model_hash, stale, figures,
        npi, support, watermark, input_hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, decode($15, 'hex'), $16, $17::jsonb, $18, $19,
        $20, $21)
    on conflict (edition_id) do update
       set year = excluded.year, sort_key = excluded.sort_key, family_id = excluded.family_id,
           commune_insee = excluded.commune_insee, organiser_id = excluded.organiser_id,
           simulated = excluded.simulated, attendances = excluded.attendances, grade = excluded.grade,
           attended_by = excluded.attended_by, number = excluded.number, assessed_grade = excluded.assessed_grade,
           territory = excluded.territory, set_number = excluded.set_number, model_hash = excluded.model_hash,
           stale = excluded.stale, figures = excluded.figures, npi = excluded.npi, support = excluded.support,
           watermark = excluded.watermark, input_hash = excluded.input_hash, computed_at = excluded.computed_at
     where impact_edition.watermark <= excluded.watermark
       and coalesce(impact_edition.number, 0) <= coalesce(excluded.number, 0)
       and impact_edition.input_hash <> excluded.input_hash
    returning true
"""
LATER_EDITIONS: Final = """
    select o.public_id from edition e join edition o on o.event_id = e.event_id and (o.year, o.id) > (e.year, e.id)
     where e.public_id = $1 and o.retired_at is null and exists (select from impact_board b where b.edition_id = o.id)
     order by o.public_id
"""
FORGET: Final = """
    with gone as (
        select id from edition where public_id = $1 and retired_at is not null
    ), drawn as (
        delete from impact_board b using gone g where b.edition_id = g.id
    )
    delete from impact_edition i using gone g where i.edition_id = g.id
"""


class EditionRow(Struct, frozen=True, kw_only=True):
    """The row of an edition in its year; `figures` is JSON."""

    year: int
    sort_key: str
    family: int | None
    commune: str | None
    organiser: int | None
    simulated: bool
    attendances: float | None
    grade: str | None
    attended_by: str | None
    number: int | None = None
    assessed_grade: str | None = None
    territory: str | None = None
    set_number: int | None = None
    model_hash: str | None = None
    stale: bool = False
    figures: str = "{}"
    npi: float | None = None
    support: float | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """In the order of the table."""
        return tuple(getattr(self, name) for name in self.__struct_fields__)


async def kept_impact_hash(connection: asyncpg.Connection, key: int) -> bytes | None:
    """The hash of what the row of an edition was made from."""
    found: bytes | None = await connection.fetchval("select input_hash from impact_edition where edition_id = $1", key)
    return found


async def keep_impact(
    work: "SqlWork",
    key: int,
    row: EditionRow,
    boards: dict[str, bytes],
    *,
    watermark: int,
    input_hash: bytes,
    code_hash: bytes,
) -> bool:
    """Keep the row of an edition and its boards unless later ones are there; returns whether it was written."""
    written = await work.connection.fetchval(KEEP_ROW, key, *row.values, watermark, input_hash)
    for language, content in boards.items():
        await work.connection.execute(KEEP_BOARD, key, language, row.number, watermark, input_hash, code_hash, content)
    return bool(written)


async def forget_impact(work: "SqlWork", edition_id: UUID) -> None:
    """Delete what was kept of an edition, where it was withdrawn."""
    await work.connection.execute(FORGET, edition_id)


async def request_impact_refresh(work: "SqlWork", edition_id: UUID) -> None:
    """Ask for the dashboards of an edition anew: what they show of its impact has changed."""
    await work.enqueue("refresh_dashboard", {"edition": str(edition_id)}, queue="render", key=f"edition:{edition_id}")


async def request_later_editions(work: "SqlWork", edition_id: UUID) -> None:
    """Ask anew for the later editions of the event that have a board: it shows this one in its trend."""
    for row in await work.connection.fetch(LATER_EDITIONS, edition_id):
        await request_impact_refresh(work, row["public_id"])


async def boards_of_other_code(connection: asyncpg.Connection, code_hash: bytes) -> list[UUID]:
    """The editions whose board another release drew."""
    rows = await connection.fetch(
        "select distinct e.public_id from impact_board b join edition e on e.id = b.edition_id"
        " where b.code_hash <> $1 and e.retired_at is null order by 1",
        code_hash,
    )
    return [row["public_id"] for row in rows]

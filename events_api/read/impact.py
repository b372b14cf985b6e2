"""The stored impact of an edition and of a year: what workers wrote, read as it is."""

import datetime as dt
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.assessments import Figure, Inputs, StaleReason, stale
from events_api.domain.impact.parameters import Override
from events_api.domain.impact.territories import holds
from events_api.read.assessments import NO_EVALUATION, OFFICIAL
from events_api.read.connections import Pool
from events_api.read.programme import OWN_EDITION
from events_api.read.records import visible
from events_api.text.formats import Language

FACTS: Final = """
    t.id as key, v.name as event, t.year, b.number, b.watermark, b.drawn_at,
    encode(b.input_hash, 'hex') as input_hash, a.set_number, a.entry_number, a.override_numbers, a.attendance,
    a.seed, a.draws, encode(a.parameter_hash, 'hex') as parameter_hash,
    encode(a.data_hash, 'hex') as data_hash, encode(r.code_hash, 'hex') as code_hash, r.computed_at,
    a.territory, coalesce((
        select max(n.number) from impact_entry n
         where n.edition_id = t.id and n.content::jsonb ->> 'territory' = a.territory), 0) as entry_now,
    array(select jsonb_build_array(o.number, o.content::jsonb)::text from assumption_override o
           where o.edition_id = t.id and o.retired_at is null order by o.number) as standing,
    l.number as latest, l.state as latest_state, g.id as now_id, g.quantity as now_quantity, g.value as now_value,
    g.grade as now_grade, g.low as now_low, g.high as now_high, g.source as now_source,
    g.stated_by as now_stated_by, g.stated_at as now_stated_at
"""
"""All that is known of the board of an edition but the board itself: what it was made from, and what stands now. Where
the attendance was entered, a figure changes nothing and is not looked for."""


def board_joins(language: str) -> str:
    """What FACTS are read from, beside the edition `t` and its event `v`."""
    return f"""
      left join impact_board b on b.edition_id = t.id and b.language = {language}
      left join impact_assessment a on a.edition_id = b.edition_id and a.number = b.number
      left join impact_result r on r.edition_id = b.edition_id and r.number = b.number
      left join lateral (
           select n.number, case when starts_with(m.content, '{NO_EVALUATION}') then 'refused'
                                 when m.content is not null then 'drawing'
                                 when j.state in ('dead', 'cancelled') then 'failed' else 'waiting' end as state
             from impact_assessment n
             left join impact_result m on m.edition_id = n.edition_id and m.number = n.number
             left join job j on j.public_id = n.job_id
            where n.edition_id = t.id order by n.number desc limit 1) l on true
      left join lateral ({OFFICIAL.replace("$1", "t.id")}) g on a.attendance is not null
    """


def board_sql(seen: str, *, content: bool = True) -> str:
    """Reads the facts of the board of the edition $1 in the language $2, and the board where it is asked for."""
    return f"""
    select {FACTS} {", b.content" if content else ""}
      from edition t join event v on v.id = t.event_id {board_joins("$2")}
     where t.public_id = $1 and t.retired_at is null and {seen}
    """


LaterState = Literal["waiting", "refused", "failed", "drawing"]


class Later(Struct, frozen=True, kw_only=True):
    """An assessment that was asked for after the one that is shown, and what became of it."""

    number: int
    state: LaterState


class Board(Struct, frozen=True, kw_only=True):
    """What is known of a stored board: what it was computed from, when, and the hash of what it was drawn from."""

    number: int
    watermark: int
    drawn_at: dt.datetime
    input_hash: str
    set_number: int
    seed: int
    draws: int
    parameter_hash: str
    data_hash: str
    code_hash: str
    computed_at: dt.datetime


class EditionBoard(Struct, frozen=True, kw_only=True):
    """An edition, its stored board, why that no longer holds, and what was asked for since.

    `content` is the board as it is kept, where it was asked for.
    """

    event: str
    year: int
    board: Board | None
    stale: tuple[StaleReason, ...]
    later: Later | None
    content: bytes | None = None


async def edition_board(
    pool: Pool, viewer: Grant, edition_id: UUID, language: Language, *, content: bool = True
) -> EditionBoard | None:
    """The stored board of an edition in a language, or what is known of it; None where the viewer does not see the
    files of the edition."""
    values: list[Any] = [edition_id, language]
    seen = visible(OWN_EDITION, viewer, values)
    row = await pool.fetchrow(board_sql(seen, content=content), *values)
    return None if row is None else board_of(row, row["content"] if content else None)


def board_of(row: asyncpg.Record, content: bytes | None = None) -> EditionBoard:
    """The board of a row of FACTS."""
    board = None
    if row["number"] is not None and row["computed_at"] is not None:
        board = Board(**{name: row[name] for name in Board.__struct_fields__})
    later = None
    if row["latest"] is not None and (board is None or row["latest"] > board.number):
        later = Later(number=row["latest"], state=row["latest_state"])
    return EditionBoard(
        event=row["event"],
        year=row["year"],
        board=board,
        stale=() if board is None else tuple(_stale(row)),
        later=later,
        content=None if board is None else content,
    )


def _stale(row: asyncpg.Record) -> list[StaleReason]:
    was = None if row["attendance"] is None else msgspec.json.decode(row["attendance"], type=Figure)
    now = None
    if row["now_id"] is not None:
        now = Figure(**{name: row[f"now_{name}"] for name in Figure.__struct_fields__})
    standing = [msgspec.json.decode(one, type=tuple[int, Override]) for one in row["standing"]]
    overrides = tuple(number for number, one in standing if holds(one.key, one.stated_for, row["territory"]))
    return stale(
        Inputs(entry=row["entry_number"], overrides=tuple(row["override_numbers"]), attendance=was),
        Inputs(entry=row["entry_now"], overrides=overrides, attendance=now),
    )

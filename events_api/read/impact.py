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
from events_api.read.assessments import OFFICIAL
from events_api.read.connections import Pool
from events_api.read.programme import OWN_EDITION
from events_api.read.records import visible
from events_api.text.formats import Language

BOARD: Final = """
    select t.id as key, v.name as event, t.year, b.content, b.number, b.watermark, b.drawn_at,
           encode(b.input_hash, 'hex') as input_hash, a.set_number, a.entry_number, a.override_numbers, a.attendance,
           a.seed, a.draws, encode(a.parameter_hash, 'hex') as parameter_hash,
           encode(a.data_hash, 'hex') as data_hash, encode(r.code_hash, 'hex') as code_hash, r.computed_at,
           a.territory, coalesce((
               select max(n.number) from impact_entry n
                where n.edition_id = t.id and n.content::jsonb ->> 'territory' = a.territory), 0) as entry_now,
           array(select jsonb_build_array(o.number, o.content::jsonb)::text from assumption_override o
                  where o.edition_id = t.id and o.retired_at is null order by o.number) as standing,
           l.number as latest, l.state as latest_state
      from edition t
      join event v on v.id = t.event_id
      left join impact_board b on b.edition_id = t.id and b.language = $2
      left join impact_assessment a on a.edition_id = b.edition_id and a.number = b.number
      left join impact_result r on r.edition_id = b.edition_id and r.number = b.number
      left join lateral (
           select n.number, case when starts_with(m.content, '{{"evaluation":null') then 'refused'
                                 when m.content is not null then 'drawing'
                                 when j.state in ('dead', 'cancelled') then 'failed' else 'waiting' end as state
             from impact_assessment n
             left join impact_result m on m.edition_id = n.edition_id and m.number = n.number
             left join job j on j.public_id = n.job_id
            where n.edition_id = t.id order by n.number desc limit 1) l on true
     where t.public_id = $1 and t.retired_at is null and {seen}
"""
LaterState = Literal["waiting", "refused", "failed", "drawing"]


class Later(Struct, frozen=True, kw_only=True):
    """An assessment that was asked for after the one that is shown, and what became of it."""

    number: int
    state: LaterState


class Board(Struct, frozen=True, kw_only=True):
    """A stored board as it is kept, with what it was computed from."""

    content: bytes
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
    """An edition, its stored board, why that no longer holds, and what was asked for since."""

    event: str
    year: int
    board: Board | None
    stale: tuple[StaleReason, ...]
    later: Later | None


async def edition_board(pool: Pool, viewer: Grant, edition_id: UUID, language: Language) -> EditionBoard | None:
    """The stored board of an edition in a language; None where the viewer does not see the files of the edition."""
    values: list[Any] = [edition_id, language]
    seen = visible(OWN_EDITION, viewer, values)
    row = await pool.fetchrow(BOARD.format(seen=seen), *values)
    if row is None:
        return None
    board = None
    if row["content"] is not None and row["computed_at"] is not None:
        board = Board(**{name: row[name] for name in Board.__struct_fields__})
    later = None
    if row["latest"] is not None and (board is None or row["latest"] > board.number):
        later = Later(number=row["latest"], state=row["latest_state"])
    reasons = () if board is None else tuple(await _stale(pool, row))
    return EditionBoard(event=row["event"], year=row["year"], board=board, stale=reasons, later=later)


async def _stale(pool: Pool, row: asyncpg.Record) -> list[StaleReason]:
    """What changed since; where the attendance was entered, a figure changes nothing and is not asked for."""
    was = None if row["attendance"] is None else msgspec.json.decode(row["attendance"], type=Figure)
    now = None
    if was is not None:
        found = await pool.fetchrow(OFFICIAL, row["key"])
        now = None if found is None else Figure(**dict(found))
    standing = [msgspec.json.decode(one, type=tuple[int, Override]) for one in row["standing"]]
    overrides = tuple(number for number, one in standing if holds(one.key, one.stated_for, row["territory"]))
    return stale(
        Inputs(entry=row["entry_number"], overrides=tuple(row["override_numbers"]), attendance=was),
        Inputs(entry=row["entry_now"], overrides=overrides, attendance=now),
    )

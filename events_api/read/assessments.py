"""Assumption sets, what is entered for an edition, and its assessments with what changed since."""

from collections.abc import Iterable
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.assessments import (
    AssumptionOverride,
    AssumptionSet,
    AssumptionSetHead,
    Figure,
    Frozen,
    ImpactEntry,
    Inputs,
    Outcome,
    Provenance,
    StaleReason,
    stale,
)
from events_api.domain.impact.levels import Entry, Level
from events_api.domain.impact.parameters import Override, ParameterSet
from events_api.domain.impact.territories import holds
from events_api.domain.records import Instant
from events_api.read import programme
from events_api.read.connections import Pool, snapshot
from events_api.read.records import visible

_HEAD: Final = """
    public_id as id, number, name, reason, based_on, encode(content_hash, 'hex') as content_hash, created_by, created_at
"""
HEADS: Final = f"select {_HEAD} from assumption_set order by number desc"
SET: Final = f"""
    select {_HEAD}, content
      from assumption_set where number = coalesce($1, (select max(number) from assumption_set))
"""
EDITION: Final = "select t.id from edition t where t.public_id = $1 and {seen}"
ENTRIES: Final = """
    select v.public_id as id, e.public_id as edition_id, v.number, v.content, v.reason, v.entered_by, v.entered_at
      from impact_entry v join edition e on e.id = v.edition_id
     where v.edition_id = $1 and ($2::integer is null or v.number = $2)
     order by v.number desc
"""
OVERRIDES: Final = """
    select v.public_id as id, e.public_id as edition_id, v.number, v.content,
           encode(v.document_sha256, 'hex') as document_sha256, v.stated_by, v.stated_at, v.retired_by, v.retired_at
      from assumption_override v join edition e on e.id = v.edition_id
     where v.edition_id = $1
     order by v.number
"""
OFFICIAL: Final = """
    select g.public_id as id, g.quantity, g.value::float8 as value, g.grade, f.low, f.high,
           g.source_document as source, g.stated_by, g.stated_at
      from edition_figure g
      left join attendance_estimate a on a.edition_id = g.edition_id and a.figure_ids ? g.public_id::text
      left join lateral jsonb_to_recordset(a.figures) as f (quantity text, low float8, high float8)
        on f.quantity = g.quantity
     where g.edition_id = $1 and g.retired_at is null and g.grade is not null
       and (g.quantity = 'attendances' or (g.quantity = 'tickets_issued' and g.grade = 'B'))
     order by g.grade, g.quantity, g.stated_at desc, g.id desc
     limit 1
"""
ASSESSMENTS: Final = """
    select a.public_id as id, e.public_id as edition_id, a.edition_id as key, a.number, a.entry_number, a.set_number,
           a.override_numbers, a.attendance, a.content, encode(a.parameter_hash, 'hex') as parameter_hash,
           encode(a.data_hash, 'hex') as data_hash, a.seed, a.draws, a.territory, a.job_id, a.requested_by,
           a.requested_at, r.content as outcome, encode(r.code_hash, 'hex') as code_hash, r.numpy_version,
           r.computed_at, j.state as job_state, s.content as assumptions
      from impact_assessment a
      join edition e on e.id = a.edition_id
      join assumption_set s on s.number = a.set_number
      left join impact_result r on r.edition_id = a.edition_id and r.number = a.number
      left join job j on j.public_id = a.job_id
     where {condition}
     order by a.number desc
"""
LISTED: Final = """
    select a.public_id as id, e.public_id as edition_id, a.number, a.entry_number, a.set_number, a.override_numbers,
           a.attendance, a.content::jsonb ->> 'level' as level, encode(a.parameter_hash, 'hex') as parameter_hash,
           encode(a.data_hash, 'hex') as data_hash, a.seed, a.draws, a.territory, a.job_id, a.requested_by,
           a.requested_at, substr(r.content, 1, 18) as beginning, encode(r.code_hash, 'hex') as code_hash,
           r.numpy_version, r.computed_at, j.state as job_state
      from impact_assessment a
      join edition e on e.id = a.edition_id
      left join impact_result r on r.edition_id = a.edition_id and r.number = a.number
      left join job j on j.public_id = a.job_id
     where a.edition_id = $1 and ($2::integer is null or a.number < $2)
     order by a.number desc limit $3
"""
LATEST_COMPUTED: Final = """
    a.edition_id = $1 and a.number = (select r.number from impact_result r
        where r.edition_id = $1 and substr(r.content, 1, 18) <> $2 order by r.number desc limit 1)
"""
NO_EVALUATION: Final = '{"evaluation":null'
"""How the answer begins where the model refused: its first bytes are read, not all of it."""
DOCUMENT: Final = """
    select f.sha256, f.bytes as size, f.media_type
      from assumption_override v join stored_file f on f.sha256 = v.document_sha256
     where v.edition_id = $1 and v.number = $2
"""
NAMES: Final = "select public_id, display_name from account where public_id = any($1::uuid[]) and erased_at is null"
State = Literal["waiting", "computed", "refused", "failed"]


class AssessedHead(Struct, frozen=True, kw_only=True):
    """An assessment in a list: what it stands on and how far it is, without its entry and its result."""

    id: UUID
    edition_id: UUID
    number: int
    state: State
    level: Level
    entry_number: int
    set_number: int
    override_numbers: tuple[int, ...]
    attendance: Figure | None
    parameter_hash: str
    data_hash: str
    seed: int
    draws: int
    territory: str
    job_id: UUID
    requested_by: UUID | None
    requested_at: Instant
    code_hash: str | None
    numpy_version: str | None
    computed_at: Instant | None
    stale: tuple[StaleReason, ...] = ()


class DocumentFile(Struct, frozen=True, kw_only=True):
    """The document of an override in the store."""

    sha256: bytes
    size: int
    media_type: str


class Assessed(Struct, frozen=True, kw_only=True):
    """An assessment as it was asked for, what came of it, and why it no longer holds."""

    id: UUID
    edition_id: UUID
    key: int
    number: int
    entry_number: int
    set_number: int
    override_numbers: tuple[int, ...]
    attendance: Figure | None
    inputs: Frozen
    parameter_hash: str
    data_hash: str
    seed: int
    draws: int
    territory: str
    job_id: UUID
    job_state: str | None
    requested_by: UUID | None
    requested_at: Instant
    outcome: Outcome | None
    content: bytes | None
    code_hash: str | None
    numpy_version: str | None
    computed_at: Instant | None
    stale: tuple[StaleReason, ...] = ()

    @property
    def frozen(self) -> Inputs:
        """The versions that it stands on."""
        return Inputs(entry=self.entry_number, overrides=self.override_numbers, attendance=self.attendance)

    @property
    def level(self) -> Level:
        """The level of its entry."""
        return self.inputs.entry.level

    @property
    def state(self) -> State:
        """How far it is."""
        refused = self.outcome is not None and self.outcome.evaluation is None
        return _state(self.job_state, is_there=self.outcome is not None, is_refused=refused)


class Known(Struct, frozen=True, kw_only=True):
    """What is known of an edition for the model, the latest first."""

    entries: tuple[ImpactEntry, ...]
    overrides: tuple[AssumptionOverride, ...]
    attendance: Figure | None

    @property
    def standing(self) -> tuple[AssumptionOverride, ...]:
        """The overrides that were not withdrawn."""
        return tuple(one for one in self.overrides if one.retired_at is None)

    def entry_for(self, territory: str | None) -> ImpactEntry | None:
        """The latest entry that holds for a territory, or the latest of all."""
        return next((one for one in self.entries if territory in (None, one.entry.territory)), None)

    def standing_for(self, territory: str) -> tuple[AssumptionOverride, ...]:
        """The overrides that stand and say something of a territory."""
        return tuple(one for one in self.standing if holds(one.assumption.key, one.assumption.stated_for, territory))

    def now(self, territory: str) -> Inputs:
        """The versions that stand for a territory."""
        entry = self.entry_for(territory)
        return Inputs(
            entry=entry.number if entry else 0,
            overrides=tuple(one.number for one in self.standing_for(territory)),
            attendance=self.attendance,
        )


async def assumption_sets(pool: Pool) -> list[AssumptionSetHead]:
    """Every version, the latest first."""
    return [AssumptionSetHead(**dict(row)) for row in await pool.fetch(HEADS)]


async def assumption_set(connection: Pool | asyncpg.Connection, number: int | None) -> AssumptionSet | None:
    """One version, or the latest."""
    row = await connection.fetchrow(SET, number)
    if row is None:
        return None
    return AssumptionSet(**{**dict(row), "content": msgspec.json.decode(row["content"], type=ParameterSet)})


async def known(connection: asyncpg.Connection, edition: int) -> Known:
    """What is known of an edition for the model."""
    figure = await connection.fetchrow(OFFICIAL, edition)
    return Known(
        entries=tuple(_entry(row) for row in await connection.fetch(ENTRIES, edition, None)),
        overrides=tuple(_override(row) for row in await connection.fetch(OVERRIDES, edition)),
        attendance=None if figure is None else Figure(**dict(figure)),
    )


async def known_of(pool: Pool, viewer: Grant, edition_id: UUID) -> Known | None:
    """What is known of an edition; None where the viewer does not see its files."""
    async with snapshot(pool) as connection:
        edition = await _seen(connection, viewer, edition_id)
        return None if edition is None else await known(connection, edition)


async def assessments(
    pool: Pool, viewer: Grant, edition_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[AssessedHead] | None:
    """The assessments of an edition, the latest first; None where the viewer does not see its files."""
    async with snapshot(pool) as connection:
        edition = await _seen(connection, viewer, edition_id)
        if edition is None:
            return None
        stands = await known(connection, edition)
        return [_listed(row, stands) for row in await connection.fetch(LISTED, edition, before, limit)]


async def latest_computed(pool: Pool, viewer: Grant, edition_id: UUID) -> Assessed | None:
    """The latest assessment that has a result; None where there is none or the viewer does not see the files."""
    async with snapshot(pool) as connection:
        edition = await _seen(connection, viewer, edition_id)
        if edition is None:
            return None
        row = await connection.fetchrow(ASSESSMENTS.format(condition=LATEST_COMPUTED), edition, NO_EVALUATION)
        return None if row is None else _as_now(_assessed(row), await known(connection, edition))


async def document(pool: Pool, viewer: Grant, edition_id: UUID, number: int) -> DocumentFile | None:
    """The document of an override; None where there is none or the viewer does not see the files of the edition."""
    async with snapshot(pool) as connection:
        edition = await _seen(connection, viewer, edition_id)
        row = None if edition is None else await connection.fetchrow(DOCUMENT, edition, number)
        return None if row is None else DocumentFile(**dict(row))


async def names(pool: Pool, accounts: Iterable[UUID | None]) -> dict[UUID, str]:
    """What those are called who wrote something, where they said it and were not erased."""
    asked_for = sorted({one for one in accounts if one is not None})
    rows = await pool.fetch(NAMES, asked_for)
    return {row["public_id"]: row["display_name"] for row in rows if row["display_name"]}


async def assessment(pool: Pool, viewer: Grant, edition_id: UUID, number: int) -> Assessed | None:
    """One assessment; None where there is none or where the viewer does not see the files of its edition."""
    found = await _with_known(pool, viewer, edition_id, number)
    return None if found is None else _as_now(*found)


async def provenance(pool: Pool, viewer: Grant, edition_id: UUID, number: int) -> Provenance | None:
    """What the source of each number of an assessment is told from."""
    found = await _with_known(pool, viewer, edition_id, number)
    if found is None:
        return None
    one, stands = found
    entry = next(entry for entry in stands.entries if entry.number == one.entry_number)
    heads = {head.number: head for head in await assumption_sets(pool)}
    evaluation = None if one.outcome is None else one.outcome.evaluation
    return Provenance(
        number=one.number,
        inputs=one.inputs,
        result=None if evaluation is None else evaluation.result,
        entry=entry,
        assumptions=heads[one.set_number],
        overrides=tuple(each for each in stands.overrides if each.number in one.override_numbers),
        attendance=one.attendance,
        computed_at=one.computed_at,
    )


async def asked(pool: Pool, assessment_id: UUID) -> Assessed | None:
    """One assessment by its identifier, whoever asks."""
    row = await pool.fetchrow(ASSESSMENTS.format(condition="a.public_id = $1"), assessment_id)
    return None if row is None else _assessed(row)


async def computed_ids(pool: Pool) -> list[UUID]:
    """The assessments that have a result, in the order in which they were asked for."""
    rows = await pool.fetch(
        "select a.public_id from impact_assessment a join impact_result r on r.edition_id = a.edition_id"
        " and r.number = a.number order by a.requested_at, a.public_id"
    )
    return [row["public_id"] for row in rows]


async def _with_known(pool: Pool, viewer: Grant, edition_id: UUID, number: int) -> tuple[Assessed, Known] | None:
    async with snapshot(pool) as connection:
        edition = await _seen(connection, viewer, edition_id)
        if edition is None:
            return None
        condition = "a.edition_id = $1 and a.number = $2"
        row = await connection.fetchrow(ASSESSMENTS.format(condition=condition), edition, number)
        return None if row is None else (_assessed(row), await known(connection, edition))


async def _seen(connection: asyncpg.Connection, viewer: Grant, edition_id: UUID) -> int | None:
    values: list[Any] = [edition_id]
    seen = visible(programme.OWN_EDITION, viewer, values)
    edition: int | None = await connection.fetchval(EDITION.format(seen=seen), *values)
    return edition


def _as_now(one: Assessed, stands: Known) -> Assessed:
    return msgspec.structs.replace(one, stale=tuple(stale(one.frozen, stands.now(one.territory))))


def _state(job_state: str | None, *, is_there: bool, is_refused: bool) -> State:
    if is_there:
        return "refused" if is_refused else "computed"
    return "failed" if job_state in {"dead", "cancelled"} else "waiting"


def _listed(row: asyncpg.Record, stands: Known) -> AssessedHead:
    values = dict(row)
    beginning, figure, job_state = (values.pop(name) for name in ("beginning", "attendance", "job_state"))
    one = AssessedHead(
        **values | {"override_numbers": tuple(values["override_numbers"])},
        state=_state(job_state, is_there=beginning is not None, is_refused=beginning == NO_EVALUATION),
        attendance=None if figure is None else msgspec.json.decode(figure, type=Figure),
    )
    frozen_inputs = Inputs(entry=one.entry_number, overrides=one.override_numbers, attendance=one.attendance)
    return msgspec.structs.replace(one, stale=tuple(stale(frozen_inputs, stands.now(one.territory))))


def _entry(row: asyncpg.Record) -> ImpactEntry:
    values = dict(row)
    return ImpactEntry(entry=msgspec.json.decode(values.pop("content"), type=Entry), **values)


def _override(row: asyncpg.Record) -> AssumptionOverride:
    values = dict(row)
    return AssumptionOverride(assumption=msgspec.json.decode(values.pop("content"), type=Override), **values)


def _assessed(row: asyncpg.Record) -> Assessed:
    values = dict(row)
    outcome, figure = values.pop("outcome"), values.pop("attendance")
    inputs = Frozen(
        entry=msgspec.json.decode(values.pop("content"), type=Entry),
        assumptions=msgspec.json.decode(values.pop("assumptions"), type=ParameterSet),
        seed=values["seed"],
        draws=values["draws"],
    )
    return Assessed(
        **values | {"override_numbers": tuple(values["override_numbers"])},
        inputs=inputs,
        attendance=None if figure is None else msgspec.json.decode(figure, type=Figure),
        outcome=None if outcome is None else msgspec.json.decode(outcome, type=Outcome),
        content=None if outcome is None else outcome.encode(),
    )

"""The writing side of the impact model: assumption sets, entries, overrides, assessments and what came of them."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct

from events_api.domain.assessments import (
    DRAWS,
    SEED,
    AssumptionOverride,
    AssumptionSet,
    AssumptionSetIn,
    EntryOfTerritoryMissing,
    Figure,
    Frozen,
    ImpactEntry,
    ImpactEntryMissing,
    OverrideIn,
    changed_set,
    check_entry,
    checked_override,
    data_hash,
    frozen,
    kept_set,
    parameter_hash,
    run_of,
    same_digits,
)
from events_api.domain.attendance import GradeNeedsReview
from events_api.domain.errors import AlreadyRetired, NotFound, StaleVersion, UnknownReference
from events_api.domain.impact.levels import Entry
from events_api.domain.impact.territories import Territory
from events_api.domain.programme import Edition
from events_api.domain.records import require_owner
from events_api.read import assessments as reading
from events_api.read.assessments import Assessed
from events_api.read.connections import Pool
from events_api.store.impact import request_impact_refresh

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('assumption_set', 0))"
"""One new version of the assumptions at a time: the application may not lock a table that it only adds to."""
ADD_SET: Final = """
    insert into assumption_set (public_id, number, name, reason, based_on, content, content_hash, created_by,
        created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
KEY: Final = "select id from edition where public_id = $1"
ADD_ENTRY: Final = """
    insert into impact_entry (edition_id, number, public_id, content, reason, entered_by, entered_at)
    values ($1, $2, $3, $4, $5, $6, $7)
"""
ADD_OVERRIDE: Final = """
    insert into assumption_override (edition_id, number, public_id, key, content, document_sha256, stated_by, stated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
RETIRE: Final = """
    update assumption_override set retired_by = $3, retired_at = $4
     where edition_id = $1 and key = $2 and retired_at is null
"""
NUMBER: Final = "select coalesce(max(number), 0) + 1 from impact_assessment where edition_id = $1"
ADD: Final = """
    insert into impact_assessment (edition_id, number, public_id, entry_number, set_number, override_numbers,
        attendance, content, parameter_hash, data_hash, seed, draws, territory, job_id, requested_by, requested_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
KEEP: Final = """
    insert into impact_result (edition_id, number, content, code_hash, numpy_version, computed_at)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""


class AssessmentRequested(Struct, frozen=True, kw_only=True):
    """An assessment that was asked for, and the job that computes it."""

    id: UUID
    number: int
    job_id: UUID


async def copy_set(work: "SqlWork", asked: AssumptionSetIn, *, seen: int | None = None) -> AssumptionSet:
    """Publish a copy of a set with changes as the next version; raises StaleVersion where `seen` is not the last."""
    await work.connection.execute(LOCK)
    base = await reading.assumption_set(work.connection, asked.based_on)
    last = await reading.assumption_set(work.connection, None)
    if base is None or last is None:
        raise UnknownReference(field="based_on", value=str(asked.based_on))
    _not_stale(seen, last.number)
    number = last.number + 1
    content, digest = kept_set(changed_set(base.content, asked, number))
    identifier = work.new_id()
    await work.connection.execute(
        ADD_SET,
        identifier,
        number,
        asked.name,
        asked.reason,
        base.number,
        content.decode(),
        digest,
        work.actor.id,
        work.now,
    )
    made = await reading.assumption_set(work.connection, number)
    if made is None:
        raise NotFound(kind="assumption_set")
    after = msgspec.to_builtins(asked) | {"number": number, "content_hash": made.content_hash}
    await work.audit("assumption_set", identifier, None, after)
    return made


async def put_entry(
    work: "SqlWork", edition_id: UUID, entry: Entry, reason: str | None, *, seen: int | None = None
) -> ImpactEntry:
    """Keep what is entered for an edition as its next version; the same again changes nothing.

    Raises GradeNeedsReview where an organiser claims more than a declaration, StaleVersion where `seen` is not the
    last version.
    """
    edition = await _edition(work, edition_id)
    await require_owner(work, edition)
    check_entry(entry)
    if work.grant.scope != "all" and (entry.grade not in {"E", "F"} or entry.interval is not None):
        raise GradeNeedsReview(field="grade")
    key = await work.connection.fetchval(KEY, edition_id)
    stands = await reading.known(work.connection, key)
    before, same = stands.entries, stands.entry_for(entry.territory)
    if same is not None and same.entry == entry:
        return same
    _not_stale(seen, before[0].number if before else 0)
    made = ImpactEntry(
        id=work.new_id(),
        edition_id=edition_id,
        number=before[0].number + 1 if before else 1,
        entry=entry,
        reason=reason,
        entered_by=work.actor.id,
        entered_at=work.now,
    )
    content = msgspec.json.encode(entry, order="sorted").decode()
    await work.connection.execute(
        ADD_ENTRY, key, made.number, made.id, content, reason, made.entered_by, made.entered_at
    )
    await work.audit(
        "impact_entry", made.id, msgspec.to_builtins(before[0]) if before else None, msgspec.to_builtins(made)
    )
    await request_impact_refresh(work, edition_id)
    return made


async def put_override(work: "SqlWork", edition_id: UUID, parameter: str, asked: OverrideIn) -> AssumptionOverride:
    """Keep another assumption for an edition in the place of the one that stood; the same again changes nothing."""
    await _edition(work, edition_id)
    key = await work.connection.fetchval(KEY, edition_id)
    last = await reading.assumption_set(work.connection, None)
    if last is None:
        raise NotFound(kind="assumption_set")
    assumption = checked_override(last.content, parameter, asked)
    before = (await reading.known(work.connection, key)).overrides
    standing = next((one for one in before if one.retired_at is None and one.assumption.key == parameter), None)
    if standing and (standing.assumption, standing.document_sha256) == (assumption, asked.document_sha256):
        return standing
    if standing is not None:
        await work.connection.execute(RETIRE, key, parameter, work.actor.id, work.now)
    made = AssumptionOverride(
        id=work.new_id(),
        edition_id=edition_id,
        number=before[-1].number + 1 if before else 1,
        assumption=assumption,
        document_sha256=asked.document_sha256,
        stated_by=work.actor.id,
        stated_at=work.now,
    )
    await work.connection.execute(
        ADD_OVERRIDE,
        key,
        made.number,
        made.id,
        parameter,
        msgspec.json.encode(assumption, order="sorted").decode(),
        None if made.document_sha256 is None else bytes.fromhex(made.document_sha256),
        made.stated_by,
        made.stated_at,
    )
    await work.audit(
        "assumption_override",
        made.id,
        None if standing is None else msgspec.to_builtins(standing),
        msgspec.to_builtins(made),
    )
    await request_impact_refresh(work, edition_id)
    return made


async def retire_override(work: "SqlWork", edition_id: UUID, parameter: str) -> None:
    """Withdraw the assumption of an edition: that of the set counts again."""
    await _edition(work, edition_id)
    key = await work.connection.fetchval(KEY, edition_id)
    before = (await reading.known(work.connection, key)).standing
    standing = next((one for one in before if one.assumption.key == parameter), None)
    if standing is None:
        raise NotFound(kind="assumption_override")
    await work.connection.execute(RETIRE, key, parameter, work.actor.id, work.now)
    after = msgspec.structs.replace(standing, retired_by=work.actor.id, retired_at=work.now)
    await work.audit("assumption_override", standing.id, msgspec.to_builtins(standing), msgspec.to_builtins(after))
    await request_impact_refresh(work, edition_id)


async def request_assessment(
    work: "SqlWork",
    edition_id: UUID,
    *,
    set_number: int | None,
    seed: int | None,
    territory: Territory | None = None,
    seen: int | None = None,
) -> AssessmentRequested:
    """Freeze what an assessment stands on and ask for its job; raises what the model refuses before any draw.

    Without a territory it is that of the latest entry; an entry of another territory does not serve. Raises
    StaleVersion where `seen` is not the last assessment: a form that is sent twice asks once.
    """
    await _edition(work, edition_id)
    key = await work.connection.fetchval(KEY, edition_id)
    number = await work.connection.fetchval(NUMBER, key)
    _not_stale(seen, number - 1)
    known = await reading.known(work.connection, key)
    if not known.entries:
        raise ImpactEntryMissing
    entered = known.entry_for(territory)
    if entered is None:
        raise EntryOfTerritoryMissing(field="territory", territory=territory)
    assumptions = await reading.assumption_set(work.connection, set_number)
    if assumptions is None:
        raise UnknownReference(field="assumption_set", value=str(set_number))
    figure = known.attendance
    if entered.entry.attendances is not None:
        figure = None
    inputs = frozen(
        entered.entry,
        figure,
        [one.assumption for one in known.standing_for(entered.entry.territory)],
        assumptions.content,
        seed=SEED if seed is None else seed,
        draws=DRAWS,
    )
    run_of(inputs)
    identifier = work.new_id()
    job = await work.enqueue(
        "assess_impact", {"assessment": str(identifier)}, queue="render", key=f"assessment:{identifier}"
    )
    overrides = [one.number for one in known.standing_for(entered.entry.territory)]
    await _add(work, key, number, identifier, job, entered.number, overrides, assumptions.number, figure, inputs)
    return AssessmentRequested(id=identifier, number=number, job_id=job)


async def _add(
    work: "SqlWork",
    key: int,
    number: int,
    identifier: UUID,
    job: UUID,
    entry_number: int,
    overrides: list[int],
    set_number: int,
    figure: Figure | None,
    inputs: Frozen,
) -> None:
    after: dict[str, Any] = {
        "number": number,
        "entry": entry_number,
        "assumption_set": set_number,
        "overrides": overrides,
        "attendance": None if figure is None else str(figure.id),
        "parameter_hash": parameter_hash(inputs).hex(),
        "data_hash": data_hash(inputs).hex(),
        "seed": inputs.seed,
        "draws": inputs.draws,
    }
    await work.connection.execute(
        ADD,
        key,
        number,
        identifier,
        entry_number,
        set_number,
        overrides,
        None if figure is None else msgspec.json.encode(figure).decode(),
        msgspec.json.encode(inputs.entry, order="sorted").decode(),
        parameter_hash(inputs),
        data_hash(inputs),
        inputs.seed,
        inputs.draws,
        inputs.entry.territory,
        job,
        work.actor.id,
        work.now,
    )
    await work.audit("impact_assessment", identifier, None, after)


async def keep_result(work: "SqlWork", assessed: Assessed, content: bytes) -> None:
    """Keep what came of an assessment, once, and ask for its board: a second run of its job changes nothing."""
    await work.connection.execute(
        KEEP, assessed.key, assessed.number, content.decode(), code_hash(), np.__version__, work.now
    )
    after = {"number": assessed.number, "code_hash": code_hash().hex(), "numpy": np.__version__}
    await work.audit("impact_assessment", assessed.id, None, after)
    await request_impact_refresh(work, assessed.edition_id)


class Verified(Struct, frozen=True, kw_only=True):
    """Whether an assessment that is run again gives the same digits, and what it was run by."""

    id: UUID
    edition_id: UUID
    number: int
    same: bool
    same_inputs: bool
    same_code: bool
    same_numpy: bool


async def verify(pool: Pool, assessment_id: UUID, run: Callable[[bytes], bytes]) -> Verified:
    """Run a stored assessment again from what is kept of it; raises NotFound where there is no result."""
    assessed = await reading.asked(pool, assessment_id)
    if assessed is None or assessed.content is None:
        raise NotFound(kind="impact_assessment")
    hashes = (parameter_hash(assessed.inputs).hex(), data_hash(assessed.inputs).hex())
    return Verified(
        id=assessed.id,
        edition_id=assessed.edition_id,
        number=assessed.number,
        same=same_digits(assessed.content, run(msgspec.json.encode(assessed.inputs))),
        same_inputs=hashes == (assessed.parameter_hash, assessed.data_hash),
        same_code=assessed.code_hash == code_hash().hex(),
        same_numpy=assessed.numpy_version == np.__version__,
    )


@cache
def code_hash() -> bytes:
    """The SHA-256 of the model: the names and the sources of its modules, in the order of the names."""
    digest = hashlib.sha256()
    package = files("events_api.domain.impact")
    for module in sorted((one for one in package.iterdir() if one.name.endswith(".py")), key=lambda one: one.name):
        digest.update(f"{module.name} {hashlib.sha256(module.read_bytes()).hexdigest()}\n".encode())
    return digest.digest()


async def writable(work: "SqlWork", edition_id: UUID) -> None:
    """Refuse an edition that is not there, is not the writer's own, or was withdrawn."""
    await require_owner(work, await _edition(work, edition_id))


def _not_stale(seen: int | None, last: int) -> None:
    """Refuse to go on from a version that is no longer the last one."""
    if seen is not None and seen != last:
        raise StaleVersion(expected=seen, current=last)


async def _edition(work: "SqlWork", edition_id: UUID) -> Edition:
    """The edition under its lock, so that two writers take their numbers one after the other."""
    edition = await work.of(Edition).lock(edition_id)
    if edition.retired_at is not None:
        raise AlreadyRetired
    return edition

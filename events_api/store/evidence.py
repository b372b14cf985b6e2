"""The writing side of evidence: checks that a job made, decisions of officers, estimates that become figures."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from events_api.domain.attendance import Quantity, content_hash
from events_api.domain.errors import AlreadyRetired
from events_api.domain.programme import Edition
from events_api.domain.tickets import evidence
from events_api.domain.tickets.evidence import AttendanceEstimate, Content, Decision, Evidence, NothingCounted
from events_api.domain.tickets.plausibility import Check
from events_api.read import evidence as reading

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

KEY: Final = "select id from edition where public_id = $1"
HOLD: Final = "select revision, live from attendance_state where edition_id = $1 for update"
NUMBER: Final = "select coalesce(max(number), 0) + 1 from attendance_evidence where edition_id = $1"
KEEP: Final = """
    insert into attendance_evidence (edition_id, number, public_id, decision, revision, content, content_hash,
        figure_ids, decided_by, decided_at)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10)
"""
STANDING: Final = """
    select g.quantity, g.public_id from edition_figure g
     where g.edition_id = $1 and g.retired_at is null
       and exists (select from attendance_evidence v
                    where v.edition_id = g.edition_id and g.public_id = any(v.figure_ids))
"""
ESTIMATED: Final = """
    select g.quantity, g.public_id
      from attendance_estimate t
      join attendance_estimate a on a.edition_id = t.edition_id and a.method = t.method and a.id <> t.id
      join edition_figure g on g.edition_id = a.edition_id and a.figure_ids ? g.public_id::text
     where t.public_id = $1 and g.retired_at is null
"""
OUTDATED: Final = """
    select e.public_id
      from attendance_state s join edition e on e.id = s.edition_id
      left join attendance_check c on c.edition_id = s.edition_id
     where s.revision <> coalesce(c.revision, 0) and s.changed_at < $1 and e.retired_at is null
     order by s.changed_at limit 100
"""
QUIET: Final = dt.timedelta(minutes=20)
"""How long nobody must have changed the counts of an edition before they are checked by themselves."""
KEEP_CHECKS: Final = """
    insert into attendance_check (edition_id, revision, scans, checks, checked_at) values ($1, $2, $3, $4::jsonb, $5)
    on conflict (edition_id) do update
       set revision = excluded.revision, scans = excluded.scans, checks = excluded.checks,
           checked_at = excluded.checked_at
     where attendance_check.revision <= excluded.revision
"""


async def request_checks(work: "SqlWork", edition: UUID) -> UUID:
    """Ask for the checks of the facts of an edition: the job `check_attendance` {"edition": …}, waiting once."""
    return await work.enqueue("check_attendance", {"edition": str(edition)}, queue="bulk", key=f"edition:{edition}")


async def request_outdated_checks(work: "SqlWork") -> int:
    """Ask for the checks of editions that are quiet and whose counts are not those that were checked."""
    rows = await work.connection.fetch(OUTDATED, work.now - QUIET)
    for row in rows:
        await request_checks(work, row["public_id"])
    return len(rows)


async def keep_checks(work: "SqlWork", edition_id: int, revision: int, scans: int, checks: list[Check]) -> None:
    """Keep what the checks found, unless later facts were looked at meanwhile."""
    await work.connection.execute(
        KEEP_CHECKS, edition_id, revision, scans, msgspec.json.encode(checks).decode(), work.now
    )


async def decide(work: "SqlWork", edition_id: UUID, decision: Decision, revision: int, note: str | None) -> Evidence:
    """Keep a decision about the counts that were read at `revision`; accepted ones become figures.

    Raises CountsChanged, ChecksNotReady, DoubtsNeedNote, SimulatedFacts or NothingCounted.
    """
    edition = await work.of(Edition).lock(edition_id)
    if edition.retired_at is not None:
        raise AlreadyRetired
    key = await work.connection.fetchval(KEY, edition_id)
    held = await work.connection.fetchrow(HOLD, key)
    if held is None:
        raise NothingCounted
    counted = await reading.counted(work.connection, key)
    if counted.grade is None:
        raise NothingCounted
    checked = await reading.checked(work.connection, key, held["revision"])
    content = Content(
        edition_id=edition_id,
        decision=decision,
        revision=held["revision"],
        grade=counted.grade,
        quantities=counted,
        live=held["live"],
        files=await reading.files(work.connection, key),
        checks=checked.checks if checked else [],
        note=note,
    )
    evidence.check_decision(
        decision,
        content,
        expected=revision,
        checked=checked.revision if checked else None,
        verdict=checked.verdict if checked else "not_tested",
        simulated=edition.simulated,
    )
    number = await work.connection.fetchval(NUMBER, key)
    digest = content_hash(content)
    made: list[UUID] = []
    if decision == "accepted":
        replaced = {row["quantity"]: row["public_id"] for row in await work.connection.fetch(STANDING, key)}
        made = await evidence.state_figures(
            work,
            edition,
            evidence.figures_of(content),
            source=f"attendance evidence {number} of counts {content.revision}, SHA-256 {digest.hex()}",
            replaced=replaced,
        )
    kept = Evidence(
        id=work.new_id(),
        edition_id=edition_id,
        number=number,
        decision=decision,
        content=content,
        content_hash=digest.hex(),
        figure_ids=made,
        decided_by=work.actor.id,
        decided_at=work.now,
        outdated=False,
    )
    await work.connection.execute(
        KEEP,
        key,
        number,
        kept.id,
        decision,
        content.revision,
        msgspec.json.encode(content, order="sorted").decode(),
        digest,
        made,
        work.actor.id,
        work.now,
    )
    after: dict[str, Any] = msgspec.to_builtins(kept)
    await work.audit("attendance_evidence", kept.id, None, after)
    return kept


async def decide_estimate(
    work: "SqlWork", estimate_id: UUID, expected: int | None, decision: Decision, note: str | None
) -> AttendanceEstimate:
    """Decide about an estimate; its figures take the place of those of an earlier one by the same method."""
    rows = await work.connection.fetch(ESTIMATED, estimate_id)
    replaced: dict[Quantity, UUID] = {row["quantity"]: row["public_id"] for row in rows}
    return await evidence.decide_estimate(work, estimate_id, expected, decision, note, replaced=replaced)

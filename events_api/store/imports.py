"""Runs of imports with what became of every line, and the reference rows that they bring."""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.domain.festivals import Known
from events_api.domain.imports import Line
from events_api.text.catalogue import sentence
from events_api.text.formats import primary_key

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

RUN = """
    select public_id as id, kind, file_name, profile, lines_read, lines_accepted, lines_known, lines_refused, created_at
      from import_run where kind = $1 and file_hash = $2 and profile = $3 order by import_run.id limit 1
"""
ADD_RUN = """
    insert into import_run (public_id, kind, file_hash, file_name, profile, requested_by)
    values ($1, $2, $3, $4, $5, $6) returning id, created_at
"""
COUNT_RUN = """
    update import_run set lines_read = $2, lines_accepted = $3, lines_known = $4, lines_refused = $5 where id = $1
"""
LINE = ("import_id", "line", "outcome", "code", "field", "reason_fr", "reason_en", "redacted")
BATCH = 1000
COMMUNE = ("insee", "name", "sort_key", "siren", "departement", "population", "population_source", "postcodes",
           "longitude", "latitude", "territory_code")  # fmt: skip
BRING_COMMUNE = f"""
    insert into commune ({", ".join(COMMUNE)}) values ({", ".join(f"${rank}" for rank in range(1, 12))})
    on conflict (insee) do update set {", ".join(f"{name} = excluded.{name}" for name in COMMUNE[1:])}
    where ({", ".join(f"commune.{name}" for name in COMMUNE[1:])})
        is distinct from ({", ".join(f"excluded.{name}" for name in COMMUNE[1:])})
    returning insee
"""


class Run(Struct, frozen=True, kw_only=True):
    """One import: how many lines were read and what became of them; `again` when it had been done before."""

    id: UUID
    kind: str
    file_name: str
    profile: str
    created_at: dt.datetime
    lines_read: int = 0
    lines_accepted: int = 0
    lines_known: int = 0
    lines_refused: int = 0
    again: bool = False


async def run_of(work: "SqlWork", kind: str, file_hash: bytes, profile: str) -> Run | None:
    """The run that took in this file already; two imports at once wait for each other here."""
    await work.connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"import/{kind}")
    row = await work.connection.fetchrow(RUN, kind, file_hash, profile)
    return None if row is None else Run(**dict(row), again=True)


class OpenRun:
    """An import in progress: its lines go to the database in batches."""

    def __init__(self, work: "SqlWork", key: int, run: Run) -> None:
        self.connection = work.connection
        self.key = key
        self.closed = run
        self.counts: Counter[str] = Counter()
        self.waiting: list[tuple[Any, ...]] = []

    async def keep(self, line: Line) -> None:
        """Keep what became of a line."""
        self.counts[line.result] += 1
        self.waiting.append((self.key, *_written(line)))
        if len(self.waiting) == BATCH:
            await self.flush()

    async def flush(self) -> None:
        """Write the lines that wait."""
        await self.connection.copy_records_to_table("import_line", columns=LINE, records=self.waiting)
        self.waiting = []


@contextlib.asynccontextmanager
async def open_run(
    work: "SqlWork", *, kind: str, file_hash: bytes, file_name: str, profile: str
) -> AsyncIterator[OpenRun]:
    """Begin an import; it is counted, and audited in one entry, when it is left."""
    public_id = work.new_id()
    row = await work.connection.fetchrow(ADD_RUN, public_id, kind, file_hash, file_name, profile, work.actor.id)
    assert row is not None  # noqa: S101  an insert without conflict clause returns its row
    begun = Run(id=public_id, kind=kind, file_name=file_name, profile=profile, created_at=row["created_at"])
    run = OpenRun(work, row["id"], begun)
    yield run
    await run.flush()
    numbers = (run.counts.total(), run.counts["accepted"], run.counts["known"], run.counts["refused"])
    await work.connection.execute(COUNT_RUN, run.key, *numbers)
    counted = dict(zip(("lines_read", "lines_accepted", "lines_known", "lines_refused"), numbers, strict=True))
    run.closed = msgspec.structs.replace(begun, **counted)
    await work.audit("import", public_id, None, msgspec.to_builtins(run.closed) | {"file_sha256": file_hash.hex()})


async def known_events(work: "SqlWork") -> list[Known]:
    """Our events as festivals are compared with them; a printed spelling is a name too."""
    rows = await work.connection.fetch(
        "select public_id, name, as_printed, commune_insee from event where retired_at is null order by id"
    )
    return [
        Known(
            id=row["public_id"],
            names=tuple(
                dict.fromkeys(
                    primary_key(name) for name in [row["name"], *(row["as_printed"] or "").split(",")] if name
                )
            ),
            insee=row["commune_insee"],
        )
        for row in rows
    ]


async def candidates(work: "SqlWork") -> dict[str, UUID]:
    """The festivals that are known already, by their identifier in the list."""
    rows = await work.connection.fetch("select source_id, public_id from festival_candidate")
    return {row["source_id"]: row["public_id"] for row in rows}


async def taken_events(work: "SqlWork") -> set[UUID]:
    """The events that a festival is matched with."""
    rows = await work.connection.fetch(
        "select distinct e.public_id from festival_candidate c join event e on e.id = c.matched_event_id"
        " where c.state = 'matched'"
    )
    return {row["public_id"] for row in rows}


async def organisation_of_siret(work: "SqlWork", siret: str) -> UUID | None:
    """The organisation that is already known by a SIRET."""
    found: UUID | None = await work.connection.fetchval(
        "select public_id from organisation where siret = $1 and retired_at is null", siret
    )
    return found


async def bring_communes(work: "SqlWork", communes: Sequence[Struct]) -> int:
    """Bring the reference rows of the communes up to the file; one audit entry for all that changed."""
    changed = [
        insee
        for commune in communes
        if (insee := await work.connection.fetchval(BRING_COMMUNE, *(getattr(commune, name) for name in COMMUNE)))
    ]
    if changed:
        await work.audit("commune", None, None, {"insee": changed})
    return len(changed)


def _written(line: Line) -> tuple[Any, ...]:
    if line.refusal is None:
        return (line.number, line.result, None, line.field, None, None, line.text)
    reasons = [sentence(line.refusal.code, line.refusal.params, language) for language in ("fr", "en")]
    return (line.number, line.result, line.refusal.code, line.field or line.refusal.field, *reasons, line.text)

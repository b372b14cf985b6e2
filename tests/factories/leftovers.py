"""What tests leave in a database that they share, so that none of them takes it for empty."""

import datetime as dt
from typing import Final
from uuid import uuid4

import asyncpg

from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation, insert
from tests.factories.people import a_membership, a_session, a_token, an_account

AT: Final = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
DIGEST: Final = bytes(32)
NO_TRUNCATE: Final = """
    do $$
    declare name text;
    begin
        create function shared() returns trigger language plpgsql as
            'begin raise exception ''% is shared by all tests: take a database of its own'', tg_table_name; end';
        for name in select relname from pg_class
                where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace loop
            execute format('create trigger shared before truncate on %I execute function shared()', name);
        end loop;
    end $$
"""


async def leave(url: str) -> None:
    """Leave one of everything that tests count, and keep it from being truncated."""
    owner = await asyncpg.connect(url)
    try:
        edition, organisation = await _a_programme(owner)
        await _people_and_trail(owner)
        await _files_and_money(owner, edition, organisation)
        await _an_annex(owner)
        await owner.execute(NO_TRUNCATE)
    finally:
        await owner.close()


async def _a_programme(owner: asyncpg.Connection) -> tuple[int, int]:
    """Two published editions, dated and undated, with all that they stand on."""
    commune = await a_commune(owner)
    organiser = await an_organisation(owner, "Organisation d'un autre test")
    place = await a_place(owner, "Lieu d'un autre test", commune_insee=commune)
    event = await an_event(
        owner,
        "Événement d'un autre test",
        slug="evenement-d-un-autre-test",
        organisers=(organiser,),
        family_id=await a_family(owner, "autre", name_fr="Autre", name_en="Other"),
        commune_insee=commune,
    )
    edition = await an_edition(owner, event, "2026-07-03", "2026-07-05", places=(place,))
    await an_edition(owner, event, year=2025)
    return (
        await owner.fetchval("select id from edition where public_id = $1", edition),
        await owner.fetchval("select id from organisation where public_id = $1", organiser),
    )


async def _people_and_trail(owner: asyncpg.Connection) -> None:
    account = await an_account(owner, display_name="Compte d'un autre test")
    await a_membership(owner, account, "officer")
    await a_session(owner, account)
    await a_token(owner, "auditor")
    await owner.execute("insert into login_attempt (subject) values ($1)", DIGEST.hex())
    entry = {"actor_kind": "system", "role": "system", "request_id": "request-of-another-test", "operation": "test"}
    await insert(owner, "audit_entry", **entry, subject_kind="organisation", subject_id=uuid4())
    for state, values in (
        ("done", {"attempts": 1, "finished_at": AT}),
        ("dead", {"attempts": 8, "finished_at": AT, "last_error": "ValueError: of another test"}),
        ("queued", {"run_after": AT + dt.timedelta(days=36_500)}),
    ):
        job = {"public_id": uuid4(), "kind": "refresh_dashboard", "queue": "fast", "key": "year:2026", "payload": "{}"}
        await insert(owner, "job", **job, state=state, max_attempts=8, request_id="request-of-another-test", **values)


async def _files_and_money(owner: asyncpg.Connection, edition: int, organisation: int) -> None:
    of = {"organisation_id": organisation}
    await owner.execute(
        "insert into attendance_report (public_id, edition_id, organisation_id, state, attendances, grade, method)"
        " values ($1, $2, $3, 'submitted', 12000, 'B', 'Billetterie')",
        uuid4(),
        edition,
        organisation,
    )
    subsidy = await insert(
        owner, "subsidy", public_id=uuid4(), title="Aide d'un autre test", requested_cents=1_250_050, **of
    )
    await owner.execute("insert into subsidy_year (subsidy_id, year) values ($1, 2026)", subsidy)
    await insert(owner, "import_run", public_id=uuid4(), kind="programme", file_hash=DIGEST, file_name="x", profile="x")


async def _an_annex(owner: asyncpg.Connection) -> None:
    """A dashboard of a year, and the annex that froze it."""
    await owner.execute(
        "insert into dashboard (kind, subject, watermark, input_hash, content) values ('year', '2026', 1, $1, '{}')",
        DIGEST,
    )
    await owner.execute(
        "insert into stored_file (sha256, public_id, bytes, media_type) values ($1, $2, 1, 'application/pdf')",
        DIGEST,
        uuid4(),
    )
    annex = await insert(owner, "annex", public_id=uuid4(), year=2026, state="frozen")
    await owner.execute(
        "insert into annex_version (annex_id, number, public_id, frozen_at, content, content_hash, audit_position,"
        " audit_hash, pdf_sha256, html_sha256, csv_sha256) values ($1, 1, $2, $3, '{}', $4, 1, $4, $4, $4, $4)",
        annex,
        uuid4(),
        AT,
        DIGEST,
    )

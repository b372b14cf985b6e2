"""A small world in the database, a session for each role, and the real application on a real server."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from msgspec.structs import astuple
from playwright.async_api import BrowserContext

from dashboards.queries.facts import EditionInput
from dashboards.rendering import render_edition, render_year
from events_api.domain.actors import ROLES
from events_api.domain.tickets.evidence import Content, Counted, proposal
from events_api.domain.tickets.methods import ASKED, Method
from events_api.domain.tickets.plausibility import LIMITS, Check, CheckCode, CheckVerdict
from events_api.handlers.evidence import EXAMPLES
from events_api.handlers.identity import SESSION_COOKIE
from events_api.importers import communes
from events_api.settings import Settings
from tests.browser.serving import serving
from tests.conftest import database_of_its_own
from tests.dashboards.programme import year_facts
from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation, insert
from tests.factories.impact import a_share, an_assessment, other_assumptions
from tests.factories.people import a_membership, a_session, a_token, an_account
from tests.factories.visits import a_counted_edition, a_listed_import

NOW: Final = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
PEOPLE: Final = tuple(role for role in ROLES if role not in ("anonymous", "gate"))
"""The roles that people sign in with; a gate is a machine."""


@pytest.fixture(scope="session")
async def town(shared_settings: Settings, template: str) -> AsyncIterator[Settings]:
    """A database for the pages alone: other tests empty the tables of theirs."""
    async with database_of_its_own(shared_settings, template, "pages") as own:
        yield own


@pytest.fixture(scope="session")
async def town_pool(town: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the application to that database."""
    async with asyncpg.create_pool(town.app_database_url, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture(scope="session")
async def world(town: Settings, town_pool: asyncpg.Pool) -> dict[str, str]:
    """One of everything, and a session for each role."""
    pool = town_pool
    owner = await asyncpg.connect(town.database_url)
    try:
        await a_commune(owner)
        organisation = await an_organisation(owner, "Association du Port", identifier_kind="unknown")
        event = await an_event(owner, "Fête du port", slug="fete-du-port", organisers=(organisation,))
        await owner.execute(
            "update event set description_fr = 'Trois jours.', family_id = $2, commune_insee = '13055' where id = $1",
            event,
            await a_family(owner, "musique"),
        )
        place = await a_place(owner, "Quai d'honneur", commune_insee="13055", postcode="13001")
        edition = await an_edition(owner, event, "2026-07-03", "2026-07-05", places=(place,))
        names = {
            "organisation": organisation,
            "event": await owner.fetchval("select public_id from event where id = $1", event),
            "place": await owner.fetchval("select public_id from place where id = $1", place),
            "edition": edition,
        }
        await the_documents(owner, edition)
        names["film"] = uuid4()
        await insert(
            owner,
            "programme_figure",
            public_id=names["film"],
            subject="film_shoots",
            year=2026,
            quantity="productions",
            value=41,
            unit="productions",
            source_kind="document",
            source_document="Bilan des tournages",
            stated_at=NOW,
        )
        names |= await the_files(owner, organisation, edition)
        names |= await the_counts(owner, edition)
        names |= await the_evidence(owner, edition, names["former"])
        await an_assessment(pool, edition)
        names |= await the_shares(pool, edition)
        await an_assessment(pool, names["former"], is_computed=False)
        await other_assumptions(pool, edition)
        account = await an_account(pool, display_name="Dominique")
        await a_token(pool, "auditor")
        names |= {
            "account": account,
            "membership": await a_membership(pool, account, "elected"),
            "token": await owner.fetchval("select public_id from api_token limit 1"),
            "dead_job": await a_job(owner, "dead", last_error="ValueError: no figure", finished_at=NOW),
            "moving_job": await a_job(owner, "queued", done_units=3, total_units=10),
            "waiting_job": await a_job(owner, "queued", done_units=3, total_units=10),
        }
        for role in PEOPLE:
            names[f"session_{role}"] = await signed_in(pool, role, organisation)
        return {name: str(value) for name, value in names.items()}
    finally:
        await owner.close()


async def the_documents(owner: asyncpg.Connection, edition: UUID) -> None:
    """The dashboards of a year and of an edition, and a frozen annex, as workers leave them."""
    facts = year_facts()
    year = render_year(msgspec.json.encode(facts)).decode()
    one = EditionInput(edition=facts.editions[0], history=(), family=facts.families[0].label, territory=facts.territory)
    of_edition = render_edition(msgspec.json.encode(one)).decode()
    for kind, subject, content in (
        ("year", "2024", year),
        ("year", "2024/public", year),
        ("edition", str(edition), of_edition),
    ):
        await owner.execute(
            "insert into dashboard (kind, subject, watermark, input_hash, content)"
            " values ($1, $2, 1, sha256($3::bytea), $4::jsonb)",
            kind,
            subject,
            subject.encode(),
            content,
        )
    digest = b"0" * 32
    await owner.execute(
        "insert into stored_file (sha256, public_id, bytes, media_type) values ($1, $2, 1, 'application/pdf')",
        digest,
        uuid4(),
    )
    annex = await insert(owner, "annex", public_id=uuid4(), year=2024, state="frozen")
    await owner.execute(
        "insert into annex_version (annex_id, number, public_id, frozen_at, content, content_hash, audit_position,"
        " audit_hash, pdf_sha256, html_sha256, csv_sha256) values ($1, 1, $2, $3, '{}', $4, 1, $4, $4, $4, $4)",
        annex,
        uuid4(),
        NOW,
        digest,
    )


async def the_files(owner: asyncpg.Connection, organisation: UUID, edition: UUID) -> dict[str, UUID]:
    """A report that is a draft and one that waits for its review; a subsidy asked for and one that was granted."""
    edition_key, event = await owner.fetchrow("select id, event_id from edition where public_id = $1", edition)
    other = await an_edition(owner, event, "2025-07-04", "2025-07-06")
    other_key = await owner.fetchval("select id from edition where public_id = $1", other)
    key = await owner.fetchval("select id from organisation where public_id = $1", organisation)
    names = {name: uuid4() for name in ("draft_report", "submitted_report", "request", "granted")}
    of = {"organisation_id": key}
    await owner.execute(
        "insert into attendance_report (public_id, edition_id, organisation_id, state, attendances, grade, method)"
        " values ($1, $2, $3, 'draft', null, null, null), ($4, $5, $3, 'submitted', 12000, 'B', 'Billetterie')",
        names["draft_report"],
        edition_key,
        key,
        names["submitted_report"],
        other_key,
    )
    request = await insert(
        owner, "subsidy", public_id=names["request"], title="Aide 2026", requested_cents=1_250_050, **of
    )
    granted = await insert(
        owner,
        "subsidy",
        public_id=names["granted"],
        title="Aide 2025",
        requested_cents=1_000_000,
        granted_cents=900_000,
        state="decided",
        decided_on=dt.date(2025, 6, 25),
        deliberation="CULT-001",
        **of,
    )
    for subsidy, year in ((request, 2026), (granted, 2025)):
        await owner.execute("insert into subsidy_year (subsidy_id, year) values ($1, $2)", subsidy, year)
    return names


async def the_counts(owner: asyncpg.Connection, edition: UUID) -> dict[str, UUID]:
    """Two editions that were counted, the first of them without scans of exits, and their money."""
    await owner.executemany(
        "insert into commune (insee, name, sort_key, siren, departement, population, population_source, postcodes,"
        " longitude, latitude, territory_code) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " on conflict (insee) do update set population = excluded.population, postcodes = excluded.postcodes",
        [astuple(commune) for commune in communes.communes()],
    )
    key, event = await owner.fetchrow("select id, event_id from edition where public_id = $1", edition)
    former, former_id = await owner.fetchrow(
        "select id, public_id from edition where event_id = $1 and year = 2025", event
    )
    await owner.execute("update edition set simulated = true where id = any($1)", [key, former])
    await a_counted_edition(owner, key, dt.date(2026, 7, 3), without_exits=1)
    await a_counted_edition(owner, former, dt.date(2025, 7, 4), scale=0.8, capacity=None, without_exits=3)
    return {
        "previewed_import": await a_listed_import(owner, key, "previewed", simulated=True),
        "done_import": await a_listed_import(
            owner, key, "done", lines_accepted=1000, lines_known=230, imported_at=NOW, simulated=True
        ),
        "failed_import": await a_listed_import(
            owner, key, "failed", failure='{"code": "ticket-draft-gone", "params": {}}'
        ),
        "former": former_id,
        "uncounted": await an_edition(owner, event, "2024-07-05", "2024-07-07"),
    }


async def the_shares(pool: asyncpg.Pool, edition: UUID) -> dict[str, str]:
    """A chart that partners embed, and one that was withdrawn."""
    closed = await a_share(pool, edition, "funding", withdrawn=True)
    return {"shared": (await a_share(pool, edition)).token, "closed": closed.token}


async def the_evidence(owner: asyncpg.Connection, edition: UUID, former: UUID) -> dict[str, UUID]:
    """Checks with every verdict, a file, declared figures, a decision that is outdated, and two estimates."""
    key = await owner.fetchval("select id from edition where public_id = $1", edition)
    former_key = await owner.fetchval("select id from edition where public_id = $1", former)
    verdicts: dict[CheckCode, CheckVerdict] = {
        "copied_day": "implausible", "no_show": "to_explain", "file_end": "not_tested",
    }  # fmt: skip
    checks = [
        Check(
            code=code,
            verdict=verdicts.get(code, "passes"),
            value=None if code == "file_end" else limits.explain * (0.4 if not limits.below else 2),
            explain=limits.explain,
            implausible=limits.implausible,
            source=limits.source,
            gate=2 if code == "gate_capacity" else None,
            day=20637 if code in ("copied_day", "flat_profile") else None,
        )
        for code, limits in LIMITS.items()
    ]
    content = msgspec.json.encode(checks).decode()
    await owner.execute(
        "insert into attendance_check (edition_id, revision, scans, checks, checked_at) values ($1, 1, 61200, $2, $3)",
        key,
        content,
        NOW,
    )
    await a_listed_import(
        owner, key, "done", sha256=b"\x01" * 32, lines_read=61_200, lines_accepted=61_000, lines_known=150,
        lines_refused=50, imported_at=NOW, simulated=True,
    )  # fmt: skip
    for quantity, value in (("attendances", 90_000), ("unique_visitors", 21_000)):
        await owner.execute(
            "insert into edition_figure (edition_id, public_id, quantity, value, unit, grade, source_kind,"
            " source_document, stated_at) values ($1, gen_random_uuid(), $2, $3, 'people', 'E', 'document',"
            " 'Communiqué de presse', $4)",
            key,
            quantity,
            value,
            NOW,
        )
    kept = Content(
        edition_id=former,
        decision="accepted",
        revision=0,
        grade="A",
        quantities=Counted(entries_in=10, attendances=9, unique_visitors=8, reentries=1),
        live=False,
        files=[],
        checks=checks,
        note="Vu avec l'organisateur.",
    )
    await owner.execute(
        "insert into attendance_evidence (edition_id, number, public_id, decision, revision, content, content_hash,"
        " figure_ids, decided_at) values ($1, 1, gen_random_uuid(), 'accepted', 0, $2, sha256('kept'), '{}', $3)",
        former_key,
        msgspec.json.encode(kept).decode(),
        NOW,
    )
    names = {name: uuid4() for name in ("proposed_estimate", "refused_estimate")}
    for name, state, asked in (
        ("proposed_estimate", "proposed", EXAMPLES["density"]),
        ("refused_estimate", "refused", EXAMPLES["capture-recapture"]),
    ):
        method: Method = "density" if name == "proposed_estimate" else "capture-recapture"
        result, figures = proposal(msgspec.convert(asked, ASKED[method]))
        await owner.execute(
            "insert into attendance_estimate (edition_id, public_id, method, inputs, result, figures, state,"
            " review_note, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            key,
            names[name],
            method,
            msgspec.json.encode(asked).decode(),
            msgspec.json.encode(result).decode(),
            msgspec.json.encode(figures).decode(),
            state,
            "Trop peu de personnes revues." if state == "refused" else None,
            NOW if state == "refused" else None,
        )
    return names


async def a_job(owner: asyncpg.Connection, state: str, **values: Any) -> UUID:
    public_id = uuid4()
    row = {"public_id": public_id, "kind": "build_annex", "queue": "render", "payload": "{}", "state": state}
    await insert(owner, "job", **row, attempts=1, max_attempts=3, request_id="request-1", **values)
    return public_id


async def signed_in(pool: asyncpg.Pool, role: str, organisation: UUID) -> str:
    account = await an_account(pool, display_name="Camille", email=f"{role}@example.org")
    acting = organisation if role == "organiser" else None
    await a_membership(pool, account, role, organisation=acting, starts_on=dt.date(2020, 1, 1))
    return await a_session(pool, account)


@pytest.fixture(scope="session")
async def platform(town: Settings, world: dict[str, str]) -> AsyncIterator[str]:
    """The real application on a real server."""
    async with serving("events_api.app:create_app", town.environ()) as address:
        yield address


async def sign_in(context: BrowserContext, platform: str, session: str) -> None:
    """Put the cookie of a session into the browser; browsers keep Secure cookies on loopback, too."""
    host = urlsplit(platform).hostname
    await context.add_cookies(
        [{"name": SESSION_COOKIE, "value": session, "domain": host, "path": "/", "secure": True, "httpOnly": True}]
    )

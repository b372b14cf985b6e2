"""user and token: people and machines from the command line, as a script drives it."""

import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec

from events_api.domain.accounts import TokenRefused
from events_api.settings import Settings
from events_api.store.accounts import Machines, token_hash
from events_api.store.passwords import Passwords
from tests.factories.people import an_edition, an_organisation

ROOT = Path(__file__).parents[2]


async def run(settings: Settings, *arguments: str, stdin: str = "") -> tuple[int, Any, str]:
    """Run a command; returns its exit code, its document (or text) and what it told people."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "events_api.cli", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=ROOT, env=settings.environ(),
    )  # fmt: skip
    out, told = await process.communicate(stdin.encode())
    result = msgspec.json.decode(out) if "--json" in arguments and out else out.decode()
    return process.returncode or 0, result, told.decode()


async def test_a_token_is_made_listed_and_revoked(settings: Settings, pool: asyncpg.Pool) -> None:
    name = f"Association {uuid4().hex}"
    organisation = await an_organisation(pool, name)
    edition = await an_edition(pool, organisation)

    code, made, _ = await run(settings, "token", "create", "--role", "organiser", "--organisation", name, "--json")
    gate_code, gate, _ = await run(settings, "token", "create", "--role", "gate", "--edition", str(edition), "--json")
    unknown, _, why = await run(
        settings, "token", "create", "--role", "organiser", "--organisation", "Nobody", "--json"
    )
    missing, _, reason = await run(settings, "token", "create", "--role", "gate", "--json")
    _, listed, _ = await run(settings, "token", "list", "--json")
    actor, gate_actor = await Machines().holder(pool, made["token"]), await Machines().holder(pool, gate["token"])
    revoked, _, _ = await run(settings, "token", "revoke", made["id"])

    assert (code, gate_code, revoked) == (0, 0, 0)
    assert (actor.roles, actor.organisations) == ({"organiser"}, {organisation})
    assert (gate_actor.roles, gate_actor.edition) == ({"gate"}, edition)
    assert {made["id"], gate["id"]} <= {token["id"] for token in listed}
    assert made["token"] not in msgspec.json.encode(listed).decode()
    assert (unknown, why) == (
        1, "events-api: organisation: “Nobody” does not name exactly one organisation: give its identifier.\n",
    )  # fmt: skip
    assert (missing, reason) == (1, "events-api: edition_id: A gate token is for one edition: which one?\n")
    try:
        await Machines().holder(pool, made["token"])
    except TokenRefused:
        pass
    else:
        raise AssertionError("a revoked token works")


async def test_a_person_is_made_gets_a_password_and_is_erased(settings: Settings, pool: asyncpg.Pool) -> None:
    email = f"{uuid4().hex}@example.org"
    account = ("user", "create", "--email", email.upper(), "--name", "Camille", "--role", "administrator")
    passwords = Passwords()
    stored = "select password_hash from account where email = $1"

    weak, _, why = await run(settings, *account, "--password-file", "-", "--json", stdin="motdepasse1234\n")
    _, made, _ = await run(settings, *account, "--json")
    twice, _, _ = await run(settings, *account, "--json")
    invited = await pool.fetchval(
        "select token_hash from invitation where account_id = (select id from account where email = $1)", email
    )
    code, _, _ = await run(settings, "user", "password", email, "--password-file", "-", stdin="trois barques bleues\n")
    right = await passwords.verify(await pool.fetchval(stored, email), "trois barques bleues")
    _, listed, _ = await run(settings, "user", "list", "--json")
    erased, _, _ = await run(settings, "user", "erase", email, "--yes")
    passwords.close()

    assert weak == 1
    assert why == (
        "events-api: password: This password is among the first to be tried. Choose a few unrelated words instead.\n"
    )
    assert (twice, code, erased, right) == (1, 0, 0, True)
    assert invited == token_hash(made["invitation"])
    assert [person for person in listed if person["id"] == made["id"]] == [
        {"id": made["id"], "email": email, "display_name": "Camille", "password": True, "roles": ["administrator"]}
    ]
    assert await pool.fetchval("select erased_at is not null from account where public_id = $1", made["id"])

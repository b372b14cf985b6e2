"""What schemathesis cannot know: which records exist and in which state, who is logged in, what is unique.

A valid case speaks of records that exist, most of the time in a state from which its operation can start. Every answer
teaches more of them. Invalid cases are left as they are.
"""

import itertools
import os
import random
import string
from pathlib import Path
from typing import Any

import httpx
import msgspec
import schemathesis
from schemathesis import GenerationMode

AS_GENERATED = 0.2


class Prepared(msgspec.Struct, frozen=True):
    """What bench.fuzz hands over: an account that can log in, and the records by collection."""

    url: str
    token: str
    email: str
    password: str
    own: list[str]
    """The account and the token that the fuzzing lives on."""
    records: dict[str, dict[str, dict[str, Any]]]


PREPARED = msgspec.json.decode(Path(os.environ["FUZZ_PREPARED"]).read_bytes(), type=Prepared)
RECORDS = PREPARED.records
STARTS = {
    "submitAttendanceReport": ("draft", "returned"),
    "returnAttendanceReport": ("submitted", "validated"),
    "validateAttendanceReport": ("submitted",),
    "changeAttendanceReport": ("draft", "returned"),
    "instructSubsidy": ("requested",),
    "changeSubsidy": ("requested", "instructed"),
    "retireSubsidy": ("requested", "instructed", "withdrawn"),
    "withdrawSubsidy": ("requested", "instructed"),
    "decideSubsidy": ("requested", "instructed"),
    "signSubsidyAgreement": ("decided",),
    "paySubsidy": ("decided", "agreement", "paying"),
    "reportSubsidy": ("decided", "agreement", "paying"),
    "closeSubsidy": ("reported",),
    "cancelJob": ("queued", "running"),
    "requeueJob": ("dead", "cancelled"),
    "decideFestivalCandidate": ("candidate", "to_decide"),
    "acceptAttendanceEstimate": ("proposed",),
    "refuseAttendanceEstimate": ("proposed",),
}
"""The states from which an operation can start."""
COLLECTIONS = {
    "edition": "editions", "event": "events", "organisation": "organisations", "organiser": "organisations",
    "funder": "organisations", "partner": "organisations", "place": "places", "family": "families",
    "roadmap_action": "roadmap-actions", "account": "accounts", "call": "calls", "envelope": "envelopes",
    "session": "sessions", "first": "programme-figures", "second": "programme-figures",
}  # fmt: skip
"""Where the records are that a field <word>_id or <word>_ids names."""
UNIQUE = {"slug", "email", "reference", "code"}

chance = random.Random(7)
client = httpx.Client(base_url=PREPARED.url, timeout=30)


@schemathesis.auth()
class Authority:
    """The administrator's token, unless the case goes by a session of its own."""

    def get(self, case: Any, context: Any) -> str:
        """The token."""
        del case, context
        return PREPARED.token

    def set(self, case: Any, data: str, context: Any) -> None:
        """Show it."""
        del context
        if "Cookie" not in (case.headers or {}):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {data}"


def operation_of(case: Any) -> str:
    """The operationId of a case."""
    return str(case.operation.definition.raw.get("operationId"))


def pick(collection: str, states: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """One of the records of a collection that are alive and in one of the states."""
    alive = [
        record
        for record in RECORDS.get(collection, {}).values()
        if record.get("retired_at") is None
        and record.get("erased_at") is None
        and record.get("merged_into_id") is None
        and (not states or record.get("state") in states)
    ]
    return chance.choice(alive) if alive else None


def unique(text: str) -> str:
    """The same word with another end."""
    end = "".join(chance.choices(string.ascii_lowercase, k=6))
    name, at, domain = text.partition("@")
    return f"{name[:40]}{'' if name[-1:].isdigit() else '-'}{end}{at}{domain}"


def known(value: Any, collection: str, name: str = "") -> Any:
    """The same body, its references naming records that exist and its unique words new ones."""
    if isinstance(value, dict):
        return {key: known(item, collection, key) for key, item in value.items()}
    if isinstance(value, list) and not name.endswith("_ids"):
        return [known(item, collection, name) for item in value]
    if name in UNIQUE and isinstance(value, str) and not (name == "code" or value == PREPARED.email):
        return unique(value)
    target = collection if name == "into" else COLLECTIONS.get(name.removesuffix("_ids").removesuffix("_id"))
    if value is None or target is None or not (name == "into" or name.endswith(("_id", "_ids"))):
        return value
    found = pick(target)
    if isinstance(value, list):
        return [found["id"]] if found and value else []
    return found["id"] if found else value


def as_somebody(case: Any) -> None:
    """Let the case go by a new session of the prepared person."""
    answer = client.post("/api/v1/session", json={"email": PREPARED.email, "password": PREPARED.password})
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    client.cookies.clear()
    if answer.status_code >= 300:
        return
    me = client.get("/api/v1/me", headers={"Cookie": cookies})
    if me.status_code >= 300:
        return
    case.headers = case.headers or {}
    case.headers["Cookie"], case.headers["X-CSRF-Token"] = cookies, me.json()["csrf_token"]
    case.headers.pop("Authorization", None)
    if "session_id" in (case.path_parameters or {}):
        sessions = client.get("/api/v1/me/sessions", headers={"Cookie": cookies})
        if sessions.status_code == 200:  # another case may have ended them meanwhile
            case.path_parameters["session_id"] = chance.choice(sessions.json())["id"]


def with_secret(case: Any) -> None:
    """Invite a person, so that there is an invitation to accept."""
    bearer = {"Authorization": f"Bearer {PREPARED.token}"}
    email = f"{unique('invited')}@example.org"
    person = {"email": email, "display_name": "Camille", "language": "fr"}
    made = client.post("/api/v1/accounts", json=person, headers=bearer).raise_for_status()
    invitation = client.post(f"/api/v1/accounts/{made.json()['id']}/invitations", headers=bearer)
    case.body = {"secret": invitation.json()["secret"], "password": PREPARED.password}


def speak_of_what_is_there(case: Any) -> None:
    """Put records that exist into the path and the body, in states from which the operation starts."""
    segments = case.operation.path.removeprefix("/api/v1/").split("/")
    values = case.path_parameters or {}
    for before, segment in itertools.pairwise(segments):
        if segment.startswith("{") and (found := pick(before, STARTS.get(operation_of(case), ()))):
            values[segment[1:-1]] = found["id"]
    for name, value in {"year": 2024, "number": 1, "slug": (pick("events") or {}).get("slug")}.items():
        if name in values and value is not None:
            values[name] = value
    if isinstance(case.body, dict):
        case.body = known(case.body, segments[0])
    if any(each.get("name") == "If-Match" for each in case.operation.definition.raw.get("parameters", ())):
        case.headers = case.headers or {}
        case.headers["If-Match"] = "*"


def with_new_password(case: Any) -> None:
    """Keep the password, through the operation that changes it."""
    as_somebody(case)
    case.body = {"current": PREPARED.password, "password": PREPARED.password}


def with_credentials(case: Any) -> None:
    """Log in as the prepared person."""
    case.body = {"email": PREPARED.email, "password": PREPARED.password}


SPECIAL = {
    "changeMe": as_somebody, "endMySession": as_somebody, "logOut": as_somebody, "listMySessions": as_somebody,
    "changeMyPassword": with_new_password, "logIn": with_credentials, "acceptInvitation": with_secret,
}  # fmt: skip


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Any, kwargs: dict[str, Any]) -> None:
    """Let a valid case speak of what there is, and start changes from whatever version it has."""
    del context, kwargs
    for name, value in (case.path_parameters or {}).items():
        if value in PREPARED.own:
            case.path_parameters[name] = "00000000-0000-7000-8000-000000000000"
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or chance.random() < AS_GENERATED:
        return
    speak_of_what_is_there(case)
    if (special := SPECIAL.get(operation_of(case))) is not None:
        special(case)


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: Any, response: Any) -> None:
    """Remember the records of an answer."""
    del context
    if response.status_code not in (200, 201) or "json" not in response.headers.get("content-type", [""])[0]:
        return
    found = response.json()
    segments = [part for part in case.operation.path.removeprefix("/api/v1/").split("/") if not part.startswith("{")]
    collection = next((part for part in reversed(segments) if part in RECORDS), None)
    if collection is None or not isinstance(found, dict):
        return
    for record in found.get("items", [found]):
        if isinstance(record, dict) and "created_at" in record and record.get("id") not in (None, *PREPARED.own):
            RECORDS[collection][record["id"]] = record


@schemathesis.check
def withdrawn_says_so(context: Any, response: Any, case: Any) -> None:
    """A record that was withdrawn stays readable and says when: what use_after_free would ask of a physical delete."""
    del context
    if case.method == "DELETE" and response.status_code == 200 and case.operation.path.endswith("_id}"):
        record = response.json()
        if "created_at" in record:
            assert record["retired_at"] is not None, "the record that was withdrawn does not say so"

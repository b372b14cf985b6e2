"""What the walk over every operation needs: who asks, what is asked for, and texts that must not reach everybody.

Everything is made of the OpenAPI document: a record of a kind by its own `create…` operation, from its example. An
operation that this cannot serve fails loudly; then say below how to fill it.
"""

import datetime as dt
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar
from msgspec import UNSET, Struct

from events_api.commands.openapi import FILE
from events_api.domain.access import ACCESS, PERSONS_ONLY
from events_api.domain.actors import Role, Scope
from events_api.handlers.identity import SESSION_COOKIE, Visit
from events_api.settings import Settings
from events_api.store.accounts import OpenSession, session_public_id, token_hash
from events_api.store.files import DirectoryFiles
from tests.domain.tickets.plain import Scan
from tests.factories import people
from tests.factories.impact import an_assessment
from tests.factories.tickets import a_ticket_import

DOCUMENT: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
Record = dict[str, Any]
PHRASE: Final = "trois barques et un phare"
STAFF: Final[tuple[Role, ...]] = ("officer", "communication", "elected", "auditor", "administrator")


class Operation(Struct, frozen=True, kw_only=True):
    """One operation of the document."""

    name: str
    method: str
    path: str
    body: dict[str, Any] | None
    media_type: str | None

    @property
    def collection(self) -> str:
        return self.path.removeprefix("/api/v1/").partition("/")[0]

    @property
    def parameters(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def _operations() -> dict[str, Operation]:
    found = {}
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            media_type = next(iter(content), None)
            schema = content[media_type].get("schema", {}) if media_type else {}
            example = next(iter(schema.get("examples", [])), None)
            found[operation["operationId"]] = Operation(
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                body=example,
                media_type=media_type,
            )
    return found


OPERATIONS: Final = _operations()


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks: `side` says whether the organisation or the edition behind it is the one everything belongs to."""

    name: str
    role: Role
    kind: str = "machine"
    side: str = "ours"
    state: str = "good"

    @property
    def may_write(self) -> bool:
        return self.state != "read-only"

    def scope(self, operation: str) -> Scope | None:
        """How far the table lets this caller go."""
        rule = ACCESS[operation]
        return rule.get(self.role, rule.get("anonymous"))

    def knows(self, operation: str, *, public: bool) -> bool:
        """Whether what `operation` reads of our side may reach this caller."""
        if self.state in ("expired", "revoked"):
            return False
        scope = self.scope(operation)
        own = scope == "own" and self.side == "ours" and self.role in ("organiser", "gate")
        return scope == "all" or own or (scope is not None and public)


CALLERS: Final = (
    Caller(name="anonymous", role="anonymous", kind="anonymous", side="theirs"),
    Caller(name="organiser", role="organiser"),
    Caller(name="organiser of another organisation", role="organiser", side="theirs"),
    Caller(name="gate", role="gate"),
    Caller(name="gate of another edition", role="gate", side="theirs"),
    *(Caller(name=role, role=role) for role in STAFF),
    Caller(name="expired administrator", role="administrator", state="expired"),
    Caller(name="revoked administrator", role="administrator", state="revoked"),
    Caller(name="read-only administrator", role="administrator", state="read-only"),
    Caller(name="person without a role", role="anonymous", kind="person", side="theirs"),
    Caller(name="person: organiser", role="organiser", kind="person"),
    Caller(name="person: organiser of another organisation", role="organiser", kind="person", side="theirs"),
    *(Caller(name=f"person: {role}", role=role, kind="person") for role in STAFF),
)


class Marker(Struct, frozen=True):
    """A text of ours that only some may meet: those who may do `operation`, or everybody once it is public."""

    text: str
    operation: str | None
    public: bool

    def may_reach(self, caller: Caller) -> bool:
        return self.operation is not None and caller.knows(self.operation, public=self.public)


class Case(Struct, frozen=True, kw_only=True):
    """One cell: what is asked, and what the table says must come of it."""

    parameters: dict[str, str] = {}
    body: Any = UNSET
    headers: dict[str, str]
    expected: frozenset[int]


OK: Final = frozenset(range(200, 300))
UNKNOWN: Final = frozenset({401})
REFUSED: Final = frozenset({403})
HIDDEN: Final = frozenset({404})
NOT_THEIRS: Final = frozenset({403, 404})

# Kinds whose records everybody may read, whatever their state, and kinds of which publication makes that so.
PUBLIC_KINDS: Final = frozenset(
    {
        "Family",
        "RoadmapAction",
        "Organisation",
        "Place",
        "Call",
        "ProgrammeFigure",
        "FigureConflict",
        "Annex",
        "AssumptionSet",
        "File",
        "YearDashboard",
    }
)
PUBLISHABLE: Final = frozenset({"Event", "Edition", "Session", "EditionFigure", "EditionDashboard"})
# What is read of an edition by those alone who see its files, published or not.
NEVER_PUBLIC: Final = frozenset(
    {
        "listAssumptionOverrides",
        "listAttendanceEstimates",
        "listImpactAssessments",
        "listImpactEntries",
        "listTicketImports",
        "readAttendance",
        "readAttendanceChecks",
        "readAttendanceEvidence",
        "readAttendanceFlow",
        "readOccupancy",
        *(
            f"export{what}{ending}"
            for what in ("Attendance", "Scans", "Tickets")
            for ending in ("Csv", "Xlsx", "Parquet")
        ),
    }
)
PUBLISH: Final = "update edition set editorial_state = 'published', first_published_at = now() where public_id = $1"
DASHBOARD: Final = """
    insert into dashboard (kind, subject, watermark, input_hash, content)
    select $1, $2, 1, sha256('walk'), jsonb_build_object('fr', page, 'en', page)
    from (select jsonb_build_object('note', $3::text, 'sections',
              '[{"charts": [{"id": "one", "figure": {}}]}]'::jsonb) as page) as pages
"""
COMMUNE: Final = """
    insert into commune (insee, name, sort_key, siren, departement, population, population_source, postcodes, longitude,
        latitude, territory_code)
    values ('13055', 'Marseille', 'marseille', '211300553', '13', 877215, 'INSEE', '{13001}', 5.37, 43.29, 'amp')
    on conflict do nothing
"""
# Kinds of which no record belongs to an organisation, so that an organiser or a gate has nothing of its own there.
NOBODYS: Final = frozenset({"Job", "Place"})
BY_SECOND_PART: Final = {"dashboards/editions": "EditionDashboard", "dashboards/years": "YearDashboard"}
COLLECTION_KINDS: Final = {
    "tokens": "ApiToken",
    "jobs": "Job",
    "figures": "EditionFigure",
    "annexes": "Annex",
    "files": "File",
    "festival-candidates": "FestivalCandidate",
    "imports": "Import",
    "attendance-estimates": "AttendanceEstimate",
    "ticket-imports": "TicketImport",
}
# Which kind a field names, where its name does not say so.
NAMED_KINDS: Final = {
    "funder_id": "Organisation",
    "organiser_ids": "Organisation",
    "partner_ids": "Organisation",
    "funder_ids": "Organisation",
    "first_id": "ProgrammeFigure",
    "roadmap_action_ids": "RoadmapAction",
    "place_ids": "Place",
}
OWNING_FIELDS: Final = frozenset({"organisation_id", "edition_id", "event_id", "subsidy_id", "organiser_ids"})
TEXT_FIELDS: Final = (
    "name", "name_fr", "title", "title_fr", "label", "display_name", "note", "method", "subject", "explanation_fr",
)  # fmt: skip
# What the example of a kind lacks, or says of a record that exists once.
EXTRA: Final[dict[str, dict[str, Any]]] = {
    "Edition": {"note": "walk"},
    "EditionFigure": {"note": "walk"},
    "Organisation": {"siret": UNSET, "identifier_kind": "unknown"},
    "Account": {"email": ""},
    "ApiToken": {"role": "organiser", "organisation_id": ""},
}
# What the example of one operation says that does not go with the record it meets here.
INSTEAD: Final[dict[str, dict[str, Any]]] = {
    "changeEdition": {"event_id": UNSET, "note": "walk"},
    "changeMembership": {"account_id": UNSET, "ends_on": "2030-12-31"},
    "decideSubsidy": {"granted_cents": 5_000_000},
}
# Records that exist once for what they are about: a new one needs a new one of that.
ONCE: Final = frozenset({("AttendanceReport", "edition_id"), ("Edition", "event_id"), ("Membership", "account_id")})
# The files that operations with a raw body are sent.
FILES: Final[dict[str, bytes]] = dict.fromkeys(
    ("putTicketFile", "previewTicketFile", "putAssumptionDocument"),
    b"ticket_code,scanned_at\nA-1,2026-07-03T18:00:05Z\n",
)
# The steps that must have been taken before an operation makes sense.
BEFORE: Final[dict[str, tuple[str, ...]]] = {
    "returnAttendanceReport": ("submitAttendanceReport",),
    "validateAttendanceReport": ("submitAttendanceReport",),
    "decideSubsidy": ("instructSubsidy",),
    "signSubsidyAgreement": ("instructSubsidy", "decideSubsidy"),
    "paySubsidy": ("instructSubsidy", "decideSubsidy", "signSubsidyAgreement"),
    "reportSubsidy": ("instructSubsidy", "decideSubsidy", "signSubsidyAgreement", "paySubsidy"),
    "closeSubsidy": ("instructSubsidy", "decideSubsidy", "signSubsidyAgreement", "paySubsidy", "reportSubsidy"),
}
SHARED_STEPS: Final = {"AttendanceReport": ("submitAttendanceReport",)}
# The kind of record that carries what an operation without a record of its own reads.
READ_OF: Final = {"ApiToken": "readToken"}


class World:
    """The two sides, their records and their callers, on one database."""

    def __init__(self, app: Litestar, settings: Settings, pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
        self.app = app
        self.settings = settings
        self.pool = pool
        self.owner = owner
        self.client = AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False), base_url="https://events.test"
        )
        self.passwords = app.state.passwords
        self.markers: list[Marker] = []
        self.numbers = itertools.count(1)
        self.computed = ""
        self._shared: dict[tuple[str, bool], Record] = {}
        self._tokens: dict[str, str] = {}
        self._people: dict[str, UUID] = {}

    async def open(self) -> None:
        """Make both organisations, their editions and the callers."""
        self.password_hash = await self.passwords.hash(PHRASE)
        self.administrator = {"authorization": f"Bearer {await people.a_token(self.pool, 'administrator')}"}
        await self.owner.execute(COMMUNE)
        self.organisations = {
            "ours": (await self.shared("Organisation"))["id"],
            "theirs": str(await people.an_organisation(self.pool, "The other organisation")),
        }
        self.editions = {
            "ours": (await self.shared("Edition"))["id"],
            "theirs": str(await people.an_edition(self.pool, UUID(self.organisations["theirs"]))),
        }
        for caller in CALLERS:
            if caller.kind == "machine":
                self._tokens[caller.name] = await self._a_token(caller)
            elif caller.kind == "person":
                self._people[caller.name] = await self._a_person(caller)
        self.markers += [Marker(secret, None, False) for secret in self._tokens.values()]
        self.markers.append(Marker("$argon2", None, False))
        for name in sorted(PUBLISHABLE):
            await self.shared(name, public=True)
        made = {name.removeprefix("create") for name in OPERATIONS if name.startswith("create")}
        for kind in sorted(made - {"Invitation", "Token"} | MAKERS.keys() | {"ApiToken"}):
            await self.shared(kind)

    async def cases(self, operation: Operation, caller: Caller) -> AsyncIterator[Case]:
        """The cells of one operation and one caller: one, or one each for what is hidden and what is published."""
        headers, session_id = await self._headers(caller)
        if operation.name in SPECIAL:
            parameters, body, expected = await SPECIAL[operation.name](self, caller, session_id)
            refused = self._refused(operation, caller)
            yield Case(parameters=parameters, body=body, headers=headers, expected=refused or expected)
            return
        kind = self._kind(operation)
        both = kind in PUBLISHABLE and not operation.writes and operation.parameters
        for public in (False, True) if both else (kind in PUBLIC_KINDS,):
            body = UNSET if operation.body is None else await self.body(operation, kind)
            owned = bool(operation.parameters) or bool(body is not UNSET and OWNING_FIELDS & body.keys())
            expected = self._expected(operation, caller, kind, public=public, owned=owned)
            unused = operation.writes and expected is OK
            parameters: dict[str, str] = {}
            if operation.parameters:
                unused = unused and (kind, caller.role) != ("Organisation", "organiser")  # it has one, and no more
                record = await self.fresh(kind) if unused else await self.shared(kind, public=public)
                for step in BEFORE.get(operation.name, ()) if unused else ():
                    await self._step(step, record)
                parameters = await self._parameters(operation, record)
                if operation.name == "changeOrganisation":
                    body = {"name": record["name"]}  # the one organisation of the organiser stays as it is
            yield Case(parameters=parameters, body=body, headers=headers, expected=expected)

    async def ask(self, operation: Operation, case: Case) -> Response:
        """Send one request."""
        url = operation.path
        for name, value in case.parameters.items():
            url = url.replace("{" + name + "}", value)
        headers = case.headers | ({"if-match": "*"} if operation.writes else {})
        body: dict[str, Any] = {} if case.body is UNSET else {"json": case.body}
        if operation.name in FILES:
            body, headers = {"content": FILES[operation.name]}, headers | {"content-type": "text/csv"}
        answer = await self.client.request(operation.method, url, headers=headers, **body)
        self.client.cookies.clear()  # the next one who asks has a browser of their own
        return answer

    def _refused(self, operation: Operation, caller: Caller) -> frozenset[int] | None:
        """What the table says before anything is looked at, or None where it lets the caller in."""
        if caller.state in ("expired", "revoked"):
            return UNKNOWN
        if caller.scope(operation.name) is None:
            return UNKNOWN if caller.kind == "anonymous" else REFUSED
        if operation.name in PERSONS_ONLY and caller.kind != "person":
            return UNKNOWN if caller.kind == "anonymous" else REFUSED
        return REFUSED if operation.writes and caller.state == "read-only" else None

    def _expected(
        self, operation: Operation, caller: Caller, kind: str, *, public: bool, owned: bool
    ) -> frozenset[int]:
        refused = self._refused(operation, caller)
        if refused is not None:
            return refused
        public = public and operation.name not in NEVER_PUBLIC
        scope, theirs = caller.scope(operation.name), caller.side != "ours" or kind in NOBODYS
        if scope == "all":
            return OK
        if not operation.writes:
            return OK if not operation.parameters or public or (scope == "own" and not theirs) else HIDDEN
        if scope == "own" and theirs and owned:
            # a record without an owner is for whoever may make one, and for nobody to change
            return OK if operation.name.startswith("upsert") and kind in NOBODYS else NOT_THEIRS
        return OK

    def _kind(self, operation: Operation) -> str:
        beginning = "/".join(operation.path.removeprefix("/api/v1/").split("/")[:2])
        if beginning in BY_SECOND_PART:
            return BY_SECOND_PART[beginning]
        if operation.collection in COLLECTION_KINDS:
            return COLLECTION_KINDS[operation.collection]
        for other in OPERATIONS.values():
            if other.path == f"/api/v1/{operation.collection}" and other.method == "POST":
                return other.name.removeprefix("create")
        return ""

    async def _parameters(self, operation: Operation, record: Record) -> dict[str, str]:
        known = {"system": "walk", "external_id": f"walk-{next(self.numbers)}", "number": "1", "chart": "one"}
        return {
            name: known.get(name) or str(record[name if name in ("year", "slug") else "id"])
            for name in operation.parameters
        }

    async def _step(self, name: str, record: Record) -> None:
        operation = OPERATIONS[name]
        body = UNSET if operation.body is None else operation.body | INSTEAD.get(name, {})
        case = Case(
            parameters={operation.parameters[0]: record["id"]}, body=body, headers=self.administrator, expected=OK
        )
        answer = await self.ask(operation, case)
        assert answer.status_code in OK, f"{name}: {answer.text}"

    async def shared(self, kind: str, *, public: bool = False) -> Record:
        """The one record of a kind that refused requests are aimed at; it carries a text that must not get about."""
        public = kind in PUBLIC_KINDS or (public and kind in PUBLISHABLE)
        if (kind, public) not in self._shared:
            mark = f"marker-{kind}-{uuid4().hex}".lower()
            record = self._shared[kind, public] = await self.fresh(kind, mark=mark, public=public)
            if kind == "Edition" and public:
                await self.owner.execute(PUBLISH, UUID(record["id"]))
            for step in SHARED_STEPS.get(kind, ()):
                await self._step(step, record)
            if mark in msgspec.json.encode(record).decode():
                self.markers.append(Marker(mark, READ_OF.get(kind, f"read{kind}"), public))
        return self._shared[kind, public]

    async def fresh(self, kind: str, *, mark: str = "", public: bool = False) -> Record:
        """A new record of a kind, on our side."""
        if kind in MAKERS:
            return await MAKERS[kind](self, mark, public)
        operation = OPERATIONS.get("createToken" if kind == "ApiToken" else f"create{kind}")
        assert operation is not None, f"nothing makes a {kind}: add it to MAKERS in tests/access/world.py"
        parameters = {name: await self._id(name, public=public) for name in operation.parameters}
        case = Case(
            parameters=parameters,
            body=await self.body(operation, kind, mark=mark, public=public),
            headers=self.administrator,
            expected=OK,
        )
        answer = await self.ask(operation, case)
        assert answer.status_code == 201, f"{operation.name} from its example: {answer.status_code} {answer.text}"
        record: Record = answer.json()
        return record["token"] if kind == "ApiToken" else record

    async def body(  # noqa: C901  one line for each way in which an example is made ours
        self, operation: Operation, kind: str, *, mark: str = "", public: bool = False
    ) -> dict[str, Any]:
        """The body of an operation: its example with our identifiers, and with values that are not taken."""
        creates = operation.name.startswith(("create", "upsert"))
        body = (operation.body or {}) | (EXTRA.get(kind, {}) if creates else {}) | INSTEAD.get(operation.name, {})
        if creates and kind == "Event":
            body |= {"organiser_ids": [""]}
        number = next(self.numbers)
        for name in body:
            if name in ("into", "second_id"):
                body[name] = (await self.fresh("ProgrammeFigure" if name == "second_id" else kind))["id"]
            elif body[name] is UNSET:
                continue
            elif (kind, name) in ONCE and creates and not mark:
                body[name] = (await self.fresh(name.removesuffix("_id").title()))["id"]
            elif name.endswith("_id"):
                body[name] = await self._id(name, public=public)
            elif name.endswith("_ids"):
                body[name] = [await self._id(name, public=public)]
            elif name == "slug":
                body[name] = f"{mark or 'walk'}-{number}"
            elif name == "code":
                body[name] = f"{number // 99 % 99}.{number % 99}"
            elif name == "email":
                body[name] = f"{mark or 'walk'}-{number}@example.org"
            elif name in TEXT_FIELDS:
                body[name] = mark or f"walk {number}"
        return {name: value for name, value in body.items() if value is not UNSET}

    async def _id(self, name: str, *, public: bool = False) -> str:
        kind = NAMED_KINDS.get(name) or name.removesuffix("_id").title().replace("_", "")
        return str((await self.shared(kind, public=public))["id"])

    async def _headers(self, caller: Caller) -> tuple[dict[str, str], UUID | None]:
        """What this caller sends to be known; a person has a session of its own for every cell."""
        if caller.kind == "anonymous":
            return {}, None
        if caller.kind == "machine":
            return {"authorization": f"Bearer {self._tokens[caller.name]}"}, None
        secret = await people.a_session(self.pool, self._people[caller.name])
        hashed = token_hash(secret)
        row = await self.pool.fetchrow("select csrf_secret, expires_at from web_session where token_hash = $1", hashed)
        visit = Visit(b"", None)
        visit.session = OpenSession(token_hash=hashed, **dict(row))
        headers = {"cookie": f"{SESSION_COOKIE}={secret}", "x-csrf-token": visit.csrf_token}
        return headers, session_public_id(hashed)

    async def _a_token(self, caller: Caller) -> str:
        now = dt.datetime.now(dt.UTC)
        return await people.a_token(
            self.pool,
            caller.role,
            organisation=UUID(self.organisations[caller.side]) if caller.role == "organiser" else None,
            edition=UUID(self.editions[caller.side]) if caller.role == "gate" else None,
            scopes=("read",) if caller.state == "read-only" else ("read", "write"),
            expires_at=now - dt.timedelta(seconds=1) if caller.state == "expired" else None,
            retired_at=now if caller.state == "revoked" else None,
        )

    async def _a_person(self, caller: Caller) -> UUID:
        account = await people.an_account(self.pool, password_hash=self.password_hash)
        if caller.role != "anonymous":
            organisation = UUID(self.organisations[caller.side]) if caller.role == "organiser" else None
            await people.a_membership(self.pool, account, caller.role, organisation=organisation)
        return account


async def _a_job(world: World, mark: str, public: bool = False) -> Record:
    """A job that the platform asked for and that failed for good; it can be run again."""
    job_id = uuid4()
    await world.owner.execute(
        "insert into job (public_id, kind, queue, payload, max_attempts, request_id, state, attempts, finished_at,"
        " last_error) values ($1, 'probe', 'fast', '{}', 1, 'walk', 'dead', 1, now(), $2)",
        job_id,
        mark or "walk",
    )
    return {"id": str(job_id), "last_error": mark}


async def _a_waiting_job(world: World, mark: str) -> Record:
    job = await _a_job(world, mark)
    await world.owner.execute(
        "update job set state = 'queued', finished_at = null, run_after = now() + interval '1 day'"
        " where public_id = $1",
        UUID(job["id"]),
    )
    return job


async def _an_annex(world: World, mark: str, public: bool = False) -> Record:
    """A frozen annex whose three files hold the same bytes."""

    async def content() -> AsyncIterator[bytes]:
        yield f"annex {mark} {uuid4()}".encode()

    stored = await DirectoryFiles(world.settings.files).put(content(), limit=1000)
    file_id, year = uuid4(), 2200 - await world.owner.fetchval("select count(*)::integer from annex")
    await world.owner.execute(
        "insert into stored_file (sha256, public_id, bytes, media_type) values ($1, $2, $3, 'text/csv')",
        stored.sha256, file_id, stored.size,
    )  # fmt: skip
    await world.owner.execute(
        "with made as (insert into annex (public_id, year, state) values ($1, $2, 'frozen') returning id)"
        " insert into annex_version (annex_id, number, public_id, frozen_at, content, content_hash, audit_position,"
        " audit_hash, pdf_sha256, html_sha256, csv_sha256)"
        " select id, 1, $3, now(), '{}', $4, 1, $4, $4, $4, $4 from made",
        uuid4(), year, uuid4(), stored.sha256,
    )  # fmt: skip
    return {"id": str(file_id), "year": year}


async def _a_candidate(world: World, mark: str, public: bool = False) -> Record:
    candidate_id = uuid4()
    await world.owner.execute(
        "insert into festival_candidate (public_id, source_id, name, sort_key, insee, source_document, source_line)"
        " select $1, $2, $3, 'walk', insee, 'walk', 1 from commune limit 1",
        candidate_id, str(candidate_id), mark or "walk",
    )  # fmt: skip
    return {"id": str(candidate_id), "name": mark}


async def _an_import(world: World, mark: str, public: bool = False) -> Record:
    import_id = uuid4()
    await world.owner.execute(
        "with run as (insert into import_run (public_id, kind, file_hash, file_name, profile, lines_read,"
        " lines_accepted) values ($1, 'festivals', sha256('walk'), $2, 'walk', 1, 1) returning id)"
        " insert into import_line (import_id, line, outcome, redacted) select id, 1, 'accepted', $2 from run",
        import_id,
        mark or "walk",
    )
    return {"id": str(import_id), "file_name": mark}


async def _a_ticket_import(world: World, mark: str, public: bool = False) -> Record:
    """A file of our edition that was read and may be started."""
    edition = await world.shared("Edition")
    scans = [Scan(1, dt.datetime(2026, 7, 3, 18, 0, tzinfo=dt.UTC))]
    import_id = await a_ticket_import(
        world.pool, world.settings, UUID(edition["id"]), scans, state="previewed", file_name=mark or "walk"
    )
    return {"id": str(import_id), "file_name": mark}


async def _an_edition_dashboard(world: World, mark: str, public: bool = False) -> Record:
    edition = await world.shared("Edition", public=public)
    await world.owner.execute(DASHBOARD, "edition", edition["id"], mark)
    return {"id": edition["id"], "note": mark}


async def _a_year_dashboard(world: World, mark: str, public: bool = False) -> Record:
    """What staff sees holds the mark; what everybody sees does not."""
    await world.owner.execute(DASHBOARD, "year", "2099", mark)
    await world.owner.execute(DASHBOARD, "year", "2099/public", "walk")
    world.markers.append(Marker(mark, "listFestivalCandidates", False))
    return {"id": "", "year": 2099}


async def _an_estimate(world: World, mark: str, public: bool = False) -> Record:
    """A survey that was proposed for an edition of ours."""
    operation = OPERATIONS["proposeSurvey"]
    assert operation.body is not None
    edition = await world.shared("Edition", public=public)
    case = Case(
        parameters={"edition_id": edition["id"]},
        body=operation.body | {"note": mark or "walk"},
        headers=world.administrator,
        expected=OK,
    )
    answer = await world.ask(operation, case)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _evidence(world: World, public: bool) -> str:
    """An edition of ours with counts that were checked and accepted."""
    edition = await world.fresh("Edition", public=public)
    key = await world.owner.fetchval("select id from edition where public_id = $1", UUID(edition["id"]))
    for statement in (
        "insert into attendance_state (edition_id, revision) values ($1, 1)",
        (
            "insert into attendance_count (edition_id, dimension, label_id, day, entries_in, attendances)"
            " values ($1, 'edition', 0, '-infinity', 10, 9)"
        ),
        "insert into attendance_check (edition_id, revision, scans, checks) values ($1, 1, 10, '[]')",
    ):
        await world.owner.execute(statement, key)
    return str(edition["id"])


MAKERS: Final[dict[str, Callable[[World, str, bool], Awaitable[Record]]]] = {
    "EditionDashboard": _an_edition_dashboard,
    "YearDashboard": _a_year_dashboard,
    "Job": _a_job,
    "Annex": _an_annex,
    "File": _an_annex,
    "FestivalCandidate": _a_candidate,
    "Import": _an_import,
    "AttendanceEstimate": _an_estimate,
    "TicketImport": _a_ticket_import,
}
Made = tuple[dict[str, str], Any, frozenset[int]]
Special = Callable[[World, Caller, UUID | None], Awaitable[Made]]


async def _log_in(world: World, caller: Caller, session_id: UUID | None) -> Made:
    email = f"{uuid4().hex}@example.org"
    await people.an_account(world.pool, email=email, password_hash=world.password_hash)
    return {}, {"email": email, "password": PHRASE}, OK


async def _accept(world: World, caller: Caller, session_id: UUID | None) -> Made:
    account = await world.fresh("Account")
    case = Case(parameters={"record_id": account["id"]}, headers=world.administrator, expected=OK)
    invited = await world.ask(OPERATIONS["createInvitation"], case)
    return {}, {"secret": invited.json()["secret"], "password": PHRASE}, OK


async def _end_session(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {"session_id": str(session_id or uuid4())}, UNSET, OK if session_id else HIDDEN


async def _change_password(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {}, {"current": PHRASE, "password": PHRASE}, OK


async def _cancel(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {"job_id": (await _a_waiting_job(world, ""))["id"]}, UNSET, OK


async def _scan(world: World, caller: Caller, session_id: UUID | None) -> Made:
    body = OPERATIONS["recordScans"].body or {}
    return {"edition_id": world.editions["ours"]}, body, OK if caller.side == "ours" else NOT_THEIRS


async def _undo_tickets(world: World, caller: Caller, session_id: UUID | None) -> Made:
    record = await _a_ticket_import(world, "")
    await world.owner.execute(
        "update ticket_import set state = 'done', lines_accepted = lines_read where public_id = $1", UUID(record["id"])
    )
    theirs = caller.scope("undoTicketImport") == "own" and caller.side != "ours"
    return {"import_id": record["id"]}, UNSET, NOT_THEIRS if theirs else OK


async def _gate(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """What the gates of an edition and its organisers read of it."""
    own = caller.side == "ours" or caller.role in STAFF
    return {"edition_id": world.editions["ours"]}, UNSET, OK if own else HIDDEN


async def _correct(world: World, caller: Caller, session_id: UUID | None) -> Made:
    scan = {"ticket_code": "walk", "device": "walk", "sequence": next(world.numbers)}
    parameters = {"edition_id": world.editions["ours"]}
    bearer = {"authorization": f"Bearer {world._tokens['gate']}"}
    made = Case(parameters=parameters, body=scan, headers=bearer, expected=OK)
    assert (await world.ask(OPERATIONS["recordScans"], made)).status_code in OK
    body = {"device": "walk", "sequence": scan["sequence"], "reason": "walk"}
    return parameters, body, OK if caller.side == "ours" else NOT_THEIRS


async def _nothing(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {}, UNSET, OK


async def _decide(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {"edition_id": await _evidence(world, public=False)}, {"revision": 1, "note": "walk"}, OK


async def _read_decision(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """A decision about an edition of ours, published or not: only those who see its files read it."""
    parameters = {"edition_id": await _evidence(world, public=True), "number": "1"}
    case = Case(
        parameters={"edition_id": parameters["edition_id"]},
        body={"revision": 1},
        headers=world.administrator,
        expected=OK,
    )
    assert (await world.ask(OPERATIONS["acceptAttendanceEvidence"], case)).status_code == 201
    return parameters, UNSET, OK if caller.knows("readAttendanceEvidenceVersion", public=False) else HIDDEN


async def _assessment(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """An assessment of an edition of ours, published: only those who see its files read it."""
    edition = await world.fresh("Edition", public=True)
    for name in ("putImpactEntry", "requestImpactAssessment"):
        await world._step(name, edition)
    parameters = {"edition_id": str(edition["id"]), "number": "1", "key": "net_primary_impact"}
    return parameters, UNSET, OK if caller.knows("readImpactAssessment", public=False) else HIDDEN


async def _year_of_impact(world: World, caller: Caller, session_id: UUID | None) -> Made:
    return {"year": "2026"}, UNSET, OK


BOARD: Final = """
    with taken as (select id from edition where public_id = $1), answered as (
        insert into impact_result (edition_id, number, content, code_hash, numpy_version)
        select id, 1, '{}', sha256(''), '2' from taken on conflict do nothing
    )
    insert into impact_board (edition_id, language, number, watermark, input_hash, code_hash, content)
    select id, language, 1, 1, sha256(''), sha256(''), '{"note": "walk"}'
      from taken cross join unnest(array['fr', 'en']) as language on conflict do nothing
"""


async def _board(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """The board of an assessment of an edition of ours, as a worker keeps it: people of the walk may choose English."""
    parameters, body, expected = await _assessment(world, caller, session_id)
    await world.pool.execute(BOARD, UUID(parameters["edition_id"]))
    return {"edition_id": parameters["edition_id"]}, body, expected


async def _ask_for_assessment(world: World, caller: Caller, session_id: UUID | None) -> Made:
    edition = await world.fresh("Edition")
    await world._step("putImpactEntry", edition)
    return {"edition_id": str(edition["id"])}, OPERATIONS["requestImpactAssessment"].body, OK


async def _override(world: World, caller: Caller, session_id: UUID | None) -> Made:
    edition = await world.fresh("Edition")
    return {"edition_id": str(edition["id"]), "key": "nights_C"}, OPERATIONS["putAssumptionOverride"].body, OK


async def _standing_override(world: World, caller: Caller, session_id: UUID | None) -> Made:
    parameters, body, expected = await _override(world, caller, session_id)
    case = Case(parameters=parameters, body=body, headers=world.administrator, expected=OK)
    assert (await world.ask(OPERATIONS["putAssumptionOverride"], case)).status_code in OK
    return parameters, UNSET, expected


async def _document(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """The document of an assumption of an edition of ours, published: only those who see its files read it."""
    edition = await world.fresh("Edition", public=True)
    case = Case(parameters={"edition_id": str(edition["id"])}, headers=world.administrator, expected=OK)
    kept = await world.ask(OPERATIONS["putAssumptionDocument"], case)
    assert kept.status_code == 201, kept.text
    body = (OPERATIONS["putAssumptionOverride"].body or {}) | {"document_sha256": kept.json()["sha256"]}
    parameters = case.parameters | {"key": "nights_C"}
    case = Case(parameters=parameters, body=body, headers=world.administrator, expected=OK)
    assert (await world.ask(OPERATIONS["putAssumptionOverride"], case)).status_code in OK
    expected = OK if caller.knows("readAssumptionDocument", public=False) else HIDDEN
    return {"edition_id": str(edition["id"]), "number": "1"}, UNSET, expected


async def _computed(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """A computed assessment of an edition of ours, published: only those who see its files take its files away."""
    if not world.computed:
        edition = await world.fresh("Edition", public=True)
        await an_assessment(world.pool, UUID(edition["id"]))
        world.computed = edition["id"]
    parameters = {"edition_id": world.computed, "number": "1", "chart": "cascade", "table": "cascade-table"}
    return parameters, UNSET, OK if caller.knows("readImpactPdf", public=False) else HIDDEN


async def _shares(world: World, caller: Caller, session_id: UUID | None) -> Made:
    parameters, _, _ = await _computed(world, caller, session_id)
    return parameters, UNSET, OK if caller.knows("listImpactShares", public=False) else HIDDEN


async def _share(world: World, caller: Caller, session_id: UUID | None) -> Made:
    parameters, _, _ = await _computed(world, caller, session_id)
    return parameters, OPERATIONS["shareImpactChart"].body, OK


async def _a_share(world: World, caller: Caller, session_id: UUID | None) -> Made:
    parameters, body, expected = await _share(world, caller, session_id)
    case = Case(parameters=parameters, body=body, headers=world.administrator, expected=OK)
    shared = await world.ask(OPERATIONS["shareImpactChart"], case)
    return parameters | {"share_id": shared.json()["id"]}, UNSET, expected


async def _preview(world: World, caller: Caller, session_id: UUID | None) -> Made:
    """What somebody else may not read of an edition is not evaluated for them either."""
    expected = OK if caller.knows("previewImpact", public=False) else HIDDEN
    return {"edition_id": world.editions["ours"]}, OPERATIONS["previewImpact"].body, expected


SPECIAL: Final[dict[str, Special]] = {
    "logIn": _log_in,
    "logOut": _nothing,
    "acceptInvitation": _accept,
    "endMySession": _end_session,
    "changeMyPassword": _change_password,
    "cancelJob": _cancel,
    "recordScans": _scan,
    "readGateSettings": _gate,
    "readPresence": _gate,
    "followPresence": _gate,
    "correctScan": _correct,
    "acceptAttendanceEvidence": _decide,
    "refuseAttendanceEvidence": _decide,
    "readAttendanceEvidenceVersion": _read_decision,
    "undoTicketImport": _undo_tickets,
    "readImpactAssessment": _assessment,
    "listImpactNodes": _assessment,
    "readImpactTrail": _assessment,
    "readImpactBoard": _board,
    "readImpactYear": _year_of_impact,
    "requestImpactAssessment": _ask_for_assessment,
    "putAssumptionOverride": _override,
    "retireAssumptionOverride": _standing_override,
    "readAssumptionDocument": _document,
    "previewImpact": _preview,
    "readImpactChart": _computed,
    "readImpactChartSvg": _computed,
    "readImpactChartPng": _computed,
    "readImpactTableCsv": _computed,
    "readImpactTableXlsx": _computed,
    "readImpactPdf": _computed,
    "listImpactShares": _shares,
    "shareImpactChart": _share,
    "withdrawImpactShare": _a_share,
}

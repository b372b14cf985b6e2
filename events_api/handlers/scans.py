"""Scans as gates send them, how an edition lets people in, corrections, and who is inside."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath
from litestar.response import Stream
from msgspec import Meta, Struct
from msgspec.structs import replace

from events_api.domain.errors import ConflictError, DomainError, NotAllowed, NotFound
from events_api.domain.records import Instant
from events_api.domain.tickets.facts import IN, OUT, STANDINGS, VERDICTS, Verdict
from events_api.domain.tickets.gates import GateCapacity, GateName, GateSettings, Policy
from events_api.handlers.answers import Encoded, answer, version_if_given
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.identity import LOOKS_ITSELF, bearer_of
from events_api.handlers.presence import Boards
from events_api.handlers.problems import READ_PROBLEMS, UPSERT_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.importers.redaction import label_name, redacted
from events_api.read import gates as reading
from events_api.read.connections import Pool
from events_api.read.gates import PresenceNow, Watched
from events_api.store.gate_settings import correct, gate_settings, keep_settings
from events_api.store.gates import Fault, LiveScans, Outcome, ScanIn
from events_api.store.transaction import SqlWork
from events_api.text.formats import Language
from events_api.text.gates import fault_spoken, spoken

AnyRequest = Request[Any, Any, Any]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^ *[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z",
        description="What the ticket's bar code says. It is not kept: a pseudonym of it is.",
    ),
]
MOST: int = 1_000
MOST_BYTES: Final = 1_000_000
"""The longest body, as for every operation."""
FAILED: Final = "scan_failed"
"""In the state of a request whose scans were tried before it came here, what that raised."""


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One passage at a gate. A device numbers its scans: the same number is the same scan, however often it is sent."""

    ticket_code: Code
    device: Annotated[GateName, Meta(description="The name of the device.")]
    sequence: Annotated[int, Meta(ge=0, le=2**53, description="The number of the scan, given by the device.")]
    direction: Literal["in", "out"] = "in"
    scanned_at: Annotated[Instant, Meta(description="When it was scanned; now, when left out.")] | None = None
    gate: GateName | None = None
    session: GateName | None = None
    offline: bool = False
    decision: Literal["accepted", "refused"] | None = None


class ScanAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """What the gate does, and what the person at it reads.

    `verdict` is null where the scan was not kept: `fault` says why. `contradiction` is what the platform would have
    said to a ticket that an offline device decided otherwise. `inside` counts the people inside after this scan.
    """

    device: str
    sequence: int
    verdict: Verdict | None = None
    message: str
    contradiction: Verdict | None = None
    scanned_at: dt.datetime | None = None
    entered_at: dt.datetime | None = None
    entered_gate: str | None = None
    inside: int | None = None
    fault: Fault | None = None


class DecisionMissing(DomainError):
    """A scan of a device that was offline says neither when it was nor what the device did."""


class DecisionUnexpected(DomainError):
    """A device that asks what to do has decided already."""


class TooManyScans(DomainError):
    """More scans in one request than are taken together."""


class SequenceReused(ConflictError):
    """The device sent another scan under this number before."""


class ClockWrong(DomainError):
    """The time of a scan is in the future, or long gone: the clock of the device is wrong."""


_EXAMPLE = {"ticket_code": "A1B2C3D4E5", "device": "nord-1", "sequence": 1, "gate": "porte Nord"}
ScanBody = Scan | list[Scan]
Scans = Annotated[
    ScanBody,
    BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary="Scan", value=_EXAMPLE)]),
]


class GateSettingsIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an edition lets people in. Without a capacity of its own, the edition's counts."""

    policy: Policy = "once"
    known_only: bool = True
    authorised_capacity: Annotated[int, Meta(gt=0, le=10_000_000)] | None = None
    day_starts_at: dt.time | None = None
    gates: Annotated[list[GateCapacity], Meta(max_length=500)] = []


class CorrectionIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scan is to be taken back, and why."""

    device: GateName
    sequence: Annotated[int, Meta(ge=0, le=2**53)]
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]


class Correction(Struct, frozen=True, kw_only=True):
    """A scan that was taken back."""

    device: str
    sequence: int
    scanned_at: dt.datetime
    voided_at: dt.datetime


SettingsBody = Annotated[
    GateSettingsIn,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[
            Example(
                summary="Settings",
                value={
                    "policy": "re_entry",
                    "authorised_capacity": 5000,
                    "gates": [{"name": "porte Nord", "capacity": 600}],
                },
            )
        ],
    ),
]
CorrectionBody = Annotated[
    CorrectionIn,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[
            Example(summary="Correction", value={"device": "nord-1", "sequence": 1, "reason": "Scanné deux fois"})
        ],
    ),
]
_ENCODER = msgspec.json.Encoder()
_NEVER_KEPT = {"cache-control": "no-store"}


class GateController(Controller):
    """The gates of an edition."""

    path = "/editions/{edition_id:uuid}"
    tags = ("attendance",)

    @post(
        "/scans",
        status_code=200,
        operation_id="recordScans",
        summary="Record what gates scan",
        description="One scan, or up to 1,000 in an array: the answer has the same form. Every scan is decided and on "
        "disk when the answer comes. A scan that is sent again gets the answer it had.",
        responses=WRITE_PROBLEMS,
        opt={LOOKS_ITSELF: True},
    )
    async def record(self, request: AnyRequest, edition_id: FromPath[UUID], data: Scans) -> Response[Any]:
        failed: Exception | None = request.scope["state"].get(FAILED)
        if failed is not None:
            raise failed
        bearer = bearer_of(request.scope)
        if bearer is None:
            raise NotAllowed  # the access table knows no person who scans
        content = await recorded(request.app.state.live_scans, edition_id, bearer, data, lambda: language_of(request))
        return Encoded(content, status_code=200, headers=_NEVER_KEPT, media_type="application/json")

    @get(
        "/gate-settings",
        operation_id="readGateSettings",
        summary="Read how an edition lets people in",
        responses=READ_PROBLEMS,
    )
    async def read_settings(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[GateSettings]:
        edition = await _watched(request, pool, edition_id)
        async with pool.acquire() as connection:
            found = await gate_settings(connection, edition.id)  # type: ignore[arg-type]  # a pool hands out a proxy
        return answer(request, found, etag=_tag(found))

    @put(
        "/gate-settings",
        operation_id="replaceGateSettings",
        summary="Say how an edition lets people in",
        description="The policy decides on tickets that come again: `once`, `once_a_day` by event day, or `re_entry`, "
        "which lets in again whoever left. Without `day_starts_at` the hour stays as it is.",
        responses=UPSERT_PROBLEMS,
    )
    async def replace_settings(
        self, request: AnyRequest, edition_id: FromPath[UUID], data: SettingsBody, write: NamedDependency[Writing]
    ) -> Response[GateSettings]:
        expected = version_if_given(request)
        settings = GateSettings(**{name: getattr(data, name) for name in GateSettingsIn.__struct_fields__})
        gates = [replace(gate, name=_name(gate.name) or gate.name) for gate in data.gates]
        settings = replace(settings, gates=gates)
        async with write.transact() as work:
            found = await keep_settings(work, edition_id, settings, expected)
        return answer(request, found, etag=_tag(found))

    @post(
        "/scan-corrections",
        status_code=201,
        operation_id="correctScan",
        summary="Take a live scan back",
        description="The scan stays, with who took it back and why; counts and tickets are as if it had never been.",
        responses=WRITE_PROBLEMS,
    )
    async def correct_scan(
        self, edition_id: FromPath[UUID], data: CorrectionBody, write: NamedDependency[Writing]
    ) -> Response[Correction]:
        async def step(work: SqlWork) -> Correction:
            at = await correct(work, edition_id, data.device, data.sequence, redacted(data.reason))
            return Correction(device=data.device, sequence=data.sequence, scanned_at=at, voided_at=work.now)

        return await write(step, status=201)

    @get("/presence", operation_id="readPresence", summary="Read who is inside", responses=READ_PROBLEMS)
    async def read_presence(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[PresenceNow]:
        await _watched(request, pool, edition_id)
        return answer(request, await reading.presence(pool, edition_id, dt.datetime.now(dt.UTC)))

    @get(
        "/presence/stream",
        operation_id="followPresence",
        media_type="text/event-stream",
        summary="Follow who is inside as a stream of events",
        description="An event `presence` when somebody connects and, once a second at most, for every change. The "
        "stream closes after a minute: clients connect again, as EventSource does.",
        responses=READ_PROBLEMS,
    )
    async def follow_presence(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Stream:
        edition = await _watched(request, pool, edition_id)
        boards: Boards = request.app.state.boards
        once = bool(request.scope["state"].get("head"))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return Stream(boards.follow(edition, once=once), media_type="text/event-stream", headers=headers)


async def _watched(request: AnyRequest, pool: Pool, edition_id: UUID) -> Watched:
    edition = await reading.watched(pool, grant_of(request.scope), edition_id)
    if edition is None:
        raise NotFound(kind="edition")
    return edition


def _tag(settings: GateSettings) -> str:
    return f'"{settings.version}"'


def _name(label: str | None) -> str | None:
    """A gate or session as a file would name it: the same passage may come in both."""
    return None if label is None else label_name(label) or None


async def recorded(
    live: LiveScans, edition: UUID, bearer: str, data: ScanBody, language: Callable[[], Language]
) -> bytes:
    """Decide and keep the scans of who holds a token; returns the body of the answer when they are on disk."""
    alone = isinstance(data, Scan)
    scans: list[Scan] = [data] if isinstance(data, Scan) else data
    if len(scans) > MOST:
        raise TooManyScans(most=MOST)
    outcomes = await live.record(edition, bearer, [_sent(scan) for scan in scans])
    if alone and outcomes[0].fault is not None:
        raise (
            SequenceReused(field="sequence")
            if outcomes[0].fault == "sequence_reused"
            else ClockWrong(field="scanned_at")
        )
    spoken_in = language()
    answers = [_answer(scan, outcome, spoken_in) for scan, outcome in zip(scans, outcomes, strict=True)]
    return _ENCODER.encode(answers[0] if alone else answers)


def _sent(scan: Scan) -> ScanIn:
    if scan.offline and (scan.decision is None or scan.scanned_at is None):
        raise DecisionMissing(field="decision" if scan.decision is None else "scanned_at")
    if scan.decision is not None and not scan.offline:
        raise DecisionUnexpected(field="decision")
    return ScanIn(
        code=scan.ticket_code.strip(),
        device=scan.device,
        sequence=scan.sequence,
        direction=IN if scan.direction == "in" else OUT,
        at=scan.scanned_at,
        gate=_name(scan.gate),
        session=_name(scan.session),
        decided=None if scan.decision is None else int(scan.decision == "accepted"),
    )


def _answer(scan: Scan, outcome: Outcome, language: Language) -> ScanAnswer:
    if outcome.verdict is None or outcome.at is None:
        return ScanAnswer(
            device=scan.device,
            sequence=scan.sequence,
            message=fault_spoken(str(outcome.fault), language),
            fault=outcome.fault,
        )
    verdict = VERDICTS[outcome.verdict]
    contradiction = None if outcome.contradiction is None else VERDICTS[outcome.contradiction]
    return ScanAnswer(
        device=scan.device,
        sequence=scan.sequence,
        verdict=verdict,
        message=spoken(
            verdict,
            language,
            inward=scan.direction == "in",
            contradiction=contradiction,
            standing=None if outcome.standing is None else STANDINGS[outcome.standing],
            entered=outcome.before_at,
            gate=outcome.before_gate,
            at=outcome.at,
            people=outcome.people,
        ),
        contradiction=contradiction,
        scanned_at=outcome.at,
        entered_at=outcome.before_at,
        entered_gate=outcome.before_gate,
        inside=outcome.inside,
    )


HANDLERS = (GateController,)

"""Scans as gates send them, how an edition lets people in, corrections, and who is inside."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, post
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath
from msgspec import Meta, Struct

from events_api.domain.errors import ConflictError, DomainError, NotAllowed
from events_api.domain.records import Instant
from events_api.domain.tickets.facts import IN, OUT, STANDINGS, VERDICTS, Verdict
from events_api.handlers.answers import Encoded
from events_api.handlers.context import language_of
from events_api.handlers.identity import LOOKS_ITSELF, bearer_of
from events_api.handlers.problems import WRITE_PROBLEMS
from events_api.store.gates import Fault, LiveScans, Outcome, ScanIn
from events_api.text.formats import Language
from events_api.text.gates import fault_spoken, spoken

AnyRequest = Request[Any, Any, Any]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]+\Z",
        description="What the ticket's bar code says. It is not kept: a pseudonym of it is.",
    ),
]
GateName = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
MOST: int = 1_000


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
Scans = Annotated[
    Scan | list[Scan],
    BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary="Scan", value=_EXAMPLE)]),
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
        bearer = bearer_of(request.scope)
        if bearer is None:
            raise NotAllowed  # the access table knows no person who scans
        live: LiveScans = request.app.state.live_scans
        alone = isinstance(data, Scan)
        scans: list[Scan] = [data] if isinstance(data, Scan) else data
        if len(scans) > MOST:
            raise TooManyScans(most=MOST)
        outcomes = await live.record(edition_id, bearer, [_read(scan) for scan in scans])
        if alone and outcomes[0].fault is not None:
            raise (
                SequenceReused(field="sequence")
                if outcomes[0].fault == "sequence_reused"
                else ClockWrong(field="scanned_at")
            )
        language = language_of(request)
        answers = [_answer(scan, outcome, language) for scan, outcome in zip(scans, outcomes, strict=True)]
        content = _ENCODER.encode(answers[0] if alone else answers)
        return Encoded(content, status_code=200, headers=_NEVER_KEPT, media_type="application/json")


def _read(scan: Scan) -> ScanIn:
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
        gate=scan.gate,
        session=scan.session,
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

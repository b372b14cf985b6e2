"""Candidates of the national list of festivals over HTTP: read them, decide which are events of ours."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, FromQuery
from msgspec import Meta, Struct

from events_api.domain import festivals
from events_api.domain.errors import NotFound
from events_api.domain.festivals import CandidateState, Decision, FestivalCandidate
from events_api.domain.records import Insee, Instant
from events_api.handlers.answers import answer, expected_version, tag
from events_api.handlers.context import grant_of
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS
from events_api.handlers.resources import listing
from events_api.handlers.writing import Writing
from events_api.read import programme as reading
from events_api.read.connections import Pool
from events_api.read.festivals import STAFF
from events_api.read.records import one
from events_api.read.shapes import FESTIVAL_CANDIDATE

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
Search = Annotated[str, Meta(min_length=1, max_length=100)]


class CandidateDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decides; only `match` names an event."""

    decision: Decision
    event_id: UUID | None = None


DecisionBody = Annotated[
    CandidateDecision,
    BodyKwarg(
        media_type=RequestEncodingType.JSON, examples=[Example(summary="Decision", value={"decision": "reject"})]
    ),
]


class FestivalCandidateController(Controller):
    """Festivals of the national list."""

    path = "/festival-candidates"
    tags = ["imports"]  # noqa: RUF012  Litestar reads it from the class

    @get("/", operation_id="listFestivalCandidates", summary="List festival candidates", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        matching: FromQuery[CandidateState | None] = None,
        commune: FromQuery[Insee | None] = None,
        event: FromQuery[UUID | None] = None,
        q: FromQuery[Search | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[FestivalCandidate] | Changes[FestivalCandidate]]:
        conditions = [
            *reading.equal("t.state", matching),
            *reading.equal("t.insee", commune),
            *reading.of("t.matched_event_id", "event", event),
            *reading.named(q),
        ]
        return await listing(
            request,
            pool,
            FESTIVAL_CANDIDATE,
            STAFF,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )

    @get(
        "/{candidate_id:uuid}",
        operation_id="readFestivalCandidate",
        summary="Read: festival candidate",
        responses=READ_PROBLEMS,
    )
    async def read(
        self, request: AnyRequest, candidate_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[FestivalCandidate]:
        candidate = await one(pool, FESTIVAL_CANDIDATE, STAFF, grant_of(request.scope), candidate_id)
        if candidate is None:
            raise NotFound(kind=FESTIVAL_CANDIDATE.subject)
        return answer(request, candidate, etag=tag(candidate))

    @post(
        "/{candidate_id:uuid}/decide",
        status_code=200,
        operation_id="decideFestivalCandidate",
        summary="Say whether a festival is one of our events",
        responses=CHANGE_PROBLEMS,
    )
    async def decide(
        self,
        request: AnyRequest,
        candidate_id: FromPath[UUID],
        data: DecisionBody,
        write: NamedDependency[Writing],
    ) -> Response[FestivalCandidate]:
        expected = expected_version(request)
        return await write(lambda work: festivals.decide(work, candidate_id, expected, data.decision, data.event_id))


HANDLERS = (FestivalCandidateController,)

"""The programme over HTTP: families, roadmap actions, organisations, places, events, editions, sessions, communes."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from events_api.domain.programme import (
    Edition,
    EditionYear,
    EditorialState,
    Event,
    Family,
    Organisation,
    Place,
    RoadmapAction,
    Session,
    Status,
)
from events_api.domain.records import Insee, Instant
from events_api.handlers.answers import answer
from events_api.handlers.context import grant_of
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.problems import READ_PROBLEMS
from events_api.handlers.resources import listing, resource
from events_api.read import programme as reading
from events_api.read import shapes
from events_api.read.connections import Pool
from events_api.read.records import Condition

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
Search = Annotated[str, Meta(min_length=1, max_length=100)]

FamilyBase = resource(
    shapes.FAMILY,
    path="/families",
    tag_name="programme",
    visibility=reading.EVERYBODY,
    example={"slug": "arts-de-la-rue", "name_fr": "Arts de la rue", "name_en": "Street arts"},
)
RoadmapActionBase = resource(
    shapes.ROADMAP_ACTION,
    path="/roadmap-actions",
    tag_name="programme",
    visibility=reading.EVERYBODY,
    example={"code": "3.3.1", "name_fr": "Sécuriser les événements d'ampleur"},
)
OrganisationBase = resource(
    shapes.ORGANISATION,
    path="/organisations",
    tag_name="programme",
    visibility=reading.EVERYBODY,
    example={
        "name": "Métropole Aix-Marseille-Provence",
        "identifier_kind": "siret",
        "siret": "20005480700017",
        "legal_form": "public_body",
    },
)
PlaceBase = resource(
    shapes.PLACE,
    path="/places",
    tag_name="programme",
    visibility=reading.EVERYBODY,
    example={"name": "Palais du Pharo", "commune_insee": "13055", "postcode": "13007"},
)
EventBase = resource(
    shapes.EVENT,
    path="/events",
    tag_name="programme",
    visibility=reading.EVENT,
    example={"slug": "delta-festival", "name": "Delta Festival", "audience": "public", "commune_insee": "13055"},
)
EditionBase = resource(
    shapes.EDITION,
    path="/editions",
    tag_name="programme",
    visibility=reading.EDITION,
    example={
        "event_id": "01a20639-a789-730b-b64f-65dbeb811a7e",
        "year": 2024,
        "number": 1,
        "date_precision": "exact",
        "starts_on": "2024-10-25",
        "ends_on": "2024-10-28",
    },
)
SessionBase = resource(
    shapes.SESSION,
    path="/sessions",
    tag_name="programme",
    visibility=reading.EDITION_OWNED,
    example={
        "edition_id": "01a20639-a792-7320-906c-575dea178cea",
        "name_fr": "Rencontre",
        "kind": "talk",
        "starts_at": "2024-10-26T14:00:00+02:00",
        "ends_at": "2024-10-26T15:00:00+02:00",
    },
)


class FamilyController(FamilyBase):  # type: ignore[misc, valid-type]
    """Families of events."""

    @get("/", operation_id="listFamilies", summary="List families", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Family] | Changes[Family]]:
        return await listing(
            request, pool, shapes.FAMILY, reading.EVERYBODY, [], cursor=cursor, limit=limit, updated_since=updated_since
        )


class RoadmapActionController(RoadmapActionBase):  # type: ignore[misc, valid-type]
    """Actions of the roadmap."""

    @get("/", operation_id="listRoadmapActions", summary="List roadmap actions", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[RoadmapAction] | Changes[RoadmapAction]]:
        return await listing(
            request,
            pool,
            shapes.ROADMAP_ACTION,
            reading.EVERYBODY,
            [],
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class OrganisationController(OrganisationBase):  # type: ignore[misc, valid-type]
    """Organisations: organisers, funders, partners."""

    @get("/", operation_id="listOrganisations", summary="List organisations", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        q: FromQuery[Search | None] = None,
        commune: FromQuery[Insee | None] = None,
        siret: FromQuery[Annotated[str, Meta(pattern=r"^[0-9]{14}\Z")] | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Organisation] | Changes[Organisation]]:
        conditions = [
            *reading.named(q),
            *reading.equal("t.commune_insee", commune),
            *reading.equal("t.siret", siret),
        ]
        return await listing(
            request,
            pool,
            shapes.ORGANISATION,
            reading.EVERYBODY,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class PlaceController(PlaceBase):  # type: ignore[misc, valid-type]
    """Places."""

    @get("/", operation_id="listPlaces", summary="List places", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        q: FromQuery[Search | None] = None,
        commune: FromQuery[Insee | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Place] | Changes[Place]]:
        conditions = [*reading.named(q), *reading.equal("t.commune_insee", commune)]
        return await listing(
            request,
            pool,
            shapes.PLACE,
            reading.EVERYBODY,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class EventController(EventBase):  # type: ignore[misc, valid-type]
    """Events."""

    @get("/", operation_id="listEvents", summary="List events", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        year: FromQuery[EditionYear | None] = None,
        family: FromQuery[UUID | None] = None,
        commune: FromQuery[Insee | None] = None,
        organiser: FromQuery[UUID | None] = None,
        q: FromQuery[Search | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Event] | Changes[Event]]:
        conditions = [
            *reading.in_year(grant_of(request.scope), year),
            *reading.of("t.family_id", "family", family),
            *reading.equal("t.commune_insee", commune),
            *([] if organiser is None else [Condition(reading.ORGANISED_BY.format(event="t.id"), organiser)]),
            *reading.named(q),
        ]
        return await listing(
            request,
            pool,
            shapes.EVENT,
            reading.EVENT,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class EditionController(EditionBase):  # type: ignore[misc, valid-type]
    """Editions of events."""

    @get("/", operation_id="listEditions", summary="List editions", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        event: FromQuery[UUID | None] = None,
        year: FromQuery[EditionYear | None] = None,
        family: FromQuery[UUID | None] = None,
        commune: FromQuery[Insee | None] = None,
        organiser: FromQuery[UUID | None] = None,
        status: FromQuery[Status | None] = None,
        editorial_state: FromQuery[EditorialState | None] = None,
        q: FromQuery[Search | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Edition] | Changes[Edition]]:
        conditions = [
            *reading.of("t.event_id", "event", event),
            *reading.equal("t.year", year),
            *reading.of_event("v.family_id = (select id from family where public_id = {})", family),
            *reading.of_event("v.commune_insee = {}", commune),
            *reading.of_event(reading.ORGANISED_BY.format(event="v.id"), organiser),
            *reading.equal("t.status", status),
            *reading.equal("t.editorial_state", editorial_state),
            *([] if q is None else reading.of_event("v.sort_key like {}", reading.named(q)[0].value)),
        ]
        return await listing(
            request,
            pool,
            shapes.EDITION,
            reading.EDITION,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class SessionController(SessionBase):  # type: ignore[misc, valid-type]
    """Sessions of editions."""

    @get("/", operation_id="listSessions", summary="List sessions", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        edition: FromQuery[UUID | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Session] | Changes[Session]]:
        return await listing(
            request,
            pool,
            shapes.SESSION,
            reading.EDITION_OWNED,
            reading.of("t.edition_id", "edition", edition),
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


@get(
    "/communes",
    operation_id="listCommunes",
    summary="List the 92 communes",
    tags=["programme"],
    responses=READ_PROBLEMS,
)
async def list_communes(request: AnyRequest, pool: NamedDependency[Pool]) -> Response[list[reading.Commune]]:
    """The 92 communes of the territory, in the order of their names."""
    return answer(request, await reading.communes(pool), cache="public, max-age=3600")


HANDLERS = (
    FamilyController,
    RoadmapActionController,
    OrganisationController,
    PlaceController,
    EventController,
    EditionController,
    SessionController,
    list_communes,
)

"""The working pages of the programme: organisations, events, editions on their way to the calendar, places."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from msgspec import Struct

from events_api.domain.attendance import Note
from events_api.domain.programme import EditorialState
from events_api.domain.publication import PROPOSING, PUBLISHING, editorial_step
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_doors
from events_api.handlers.pages.base import AnyRequest, language_of, page
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import Desk, Step, record_pages
from events_api.read import desk as reading_desk
from events_api.read import programme as reading
from events_api.read import shapes
from events_api.read.connections import Pool
from events_api.store.transaction import SqlWork
from events_api.text.interface import text

EDITORIAL_STATES: Final[tuple[EditorialState, ...]] = ("to_review", "ready", "draft", "refused", "published")
_LONGEST_QUEUE: Final = 200


class EditorialNote(Struct, frozen=True, kw_only=True):
    """What the editor tells the organiser."""

    note: Note


def _towards(
    key: str, to: EditorialState, *states: EditorialState, proposing: bool = False, with_note: bool = False
) -> Step:
    async def run(work: SqlWork, record_id: UUID, expected: int, values: Mapping[str, Any]) -> object:
        return await editorial_step(work, record_id, expected, to, values.get("note"))

    return Step(
        key=key,
        operation="takeEditorialStep",
        run=run,
        states=frozenset(states),
        asks=EditorialNote if with_note else None,
        look="secondary" if with_note else "primary",
        roles=PROPOSING if proposing else PUBLISHING,
    )


ORGANISATIONS: Final = Desk(
    shape=shapes.ORGANISATION, visibility=reading.EVERYBODY, path="/manage/organisations", plural="Organisations"
)
EVENTS: Final = Desk(shape=shapes.EVENT, visibility=reading.EVENT, path="/manage/events", plural="Events")
EDITIONS: Final = Desk(
    shape=shapes.EDITION,
    visibility=reading.EDITION,
    path="/manage/editions",
    plural="Editions",
    state="editorial_state",
    state_group="editorial_state",
    doors=edition_doors,
    steps=(
        _towards("propose", "to_review", "draft", proposing=True),
        _towards("accept", "ready", "to_review"),
        _towards("publish", "published", "ready"),
        _towards("send_back", "draft", "to_review", "refused", with_note=True),
        _towards("refuse", "refused", "to_review", "ready", with_note=True),
    ),
)
PLACES: Final = Desk(shape=shapes.PLACE, visibility=reading.EVERYBODY, path="/manage/places", plural="Places")


@get("/editing", operation_id="takeEditorialStep", guards=[allowed])
async def editing_page(
    request: AnyRequest, pool: NamedDependency[Pool], editorial_state: FromQuery[str] = "to_review"
) -> Template:
    """Show what waits for the editors, by editorial state, with the status of each edition apart."""
    language, viewer = language_of(request), grant_of(request.scope)
    wanted = next((state for state in EDITORIAL_STATES if state == editorial_state), "to_review")
    return page(
        request,
        "editing.html",
        title=text("editing.title", language),
        trail=home_trail(language),
        queue=await reading_desk.editing_queue(pool, viewer, language, wanted, limit=_LONGEST_QUEUE),
        counts=await reading_desk.editing_counts(pool, viewer),
        states=EDITORIAL_STATES,
        wanted=wanted,
    )


PROGRAMME_PAGES: Final = [
    editing_page,
    *(page for desk in (ORGANISATIONS, EVENTS, EDITIONS, PLACES) for page in record_pages(desk)),
]

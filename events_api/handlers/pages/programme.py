"""The working pages of the programme: organisations, events, editions, places."""

from typing import Final

from events_api.handlers.pages.records import Desk, record_pages
from events_api.read import programme as reading
from events_api.read import shapes

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
)
PLACES: Final = Desk(shape=shapes.PLACE, visibility=reading.EVERYBODY, path="/manage/places", plural="Places")

PROGRAMME_PAGES: Final = [page for desk in (ORGANISATIONS, EVENTS, EDITIONS, PLACES) for page in record_pages(desk)]

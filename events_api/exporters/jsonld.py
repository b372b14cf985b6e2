"""schema.org Event in JSON-LD, for the page of an edition.

An edition without an exact date gets no block at all: ``startDate`` is required of an Event, and a year or « à
l'automne » is not a date. A place that is not known is left out for the same reason; nothing is filled in.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import msgspec

from events_api.domain.programme import Audience, Status

_SCHEMA: Final = "https://schema.org/"
_STATUS: Final[dict[Status, str]] = {
    "scheduled": "EventScheduled",
    "rescheduled": "EventRescheduled",
    "moved_online": "EventMovedOnline",
    "postponed": "EventPostponed",
    "full": "EventScheduled",  # schema.org has no « full »: the offer says that it is sold out
    "cancelled": "EventCancelled",
}
_FAMILY: Final = {
    "cinema_audiovisuel": "ScreeningEvent",
    "livre": "LiteraryEvent",
    "arts_visuels": "ExhibitionEvent",
    "musique_spectacle_vivant": "Festival",
    "jeux_video_esport": "SportsEvent",
}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it happens; at least the commune is known."""

    commune: str
    name: str = ""
    street: str = ""
    postal_code: str = ""
    country: str = "FR"
    latitude: float | None = None
    longitude: float | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The name and the address of a neighbouring event or of an organisation."""

    name: str
    url: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One dated item of the programme."""

    name: str
    start: dt.datetime
    end: dt.datetime | None = None
    place: Place | None = None


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is publicly known of one edition; datetimes are in the zone of the edition."""

    id: str
    url: str
    name: str
    status: Status
    start: dt.date | dt.datetime | None
    end: dt.date | dt.datetime | None = None
    previous_start: dt.date | dt.datetime | None = None
    language: str = "fr"
    family: str = ""
    audience: Audience | None = None
    description: str = ""
    place: Place | None = None
    online_url: str = ""
    organisers: tuple[Link, ...] = ()
    series: Link | None = None
    sessions: tuple[Session, ...] = ()
    keywords: tuple[str, ...] = ()
    capacity: int | None = None
    free: bool | None = None


def event(page: EventPage) -> dict[str, object] | None:
    """Describe an edition for search engines, or nothing while its date is not known."""
    if page.start is None:
        return None
    online = page.status == "moved_online"
    return _known(
        {
            "@context": "https://schema.org",
            "@type": _type(page),
            "@id": f"urn:uuid:{page.id}",
            "identifier": page.id,
            "name": page.name,
            "description": page.description,
            "url": page.url,
            "inLanguage": page.language,
            "startDate": page.start.isoformat(),
            "endDate": page.end.isoformat() if page.end else None,
            "previousStartDate": (
                page.previous_start.isoformat() if page.previous_start and page.status == "rescheduled" else None
            ),
            "eventStatus": _SCHEMA + _STATUS[page.status],
            "eventAttendanceMode": _SCHEMA + ("OnlineEventAttendanceMode" if online else "OfflineEventAttendanceMode"),
            "location": _virtual(page) if online else _place(page.place),
            "organizer": [_link("Organization", organiser) for organiser in page.organisers],
            "superEvent": _link("EventSeries", page.series) if page.series else None,
            "subEvent": [_session(session) for session in page.sessions],
            "offers": _sold_out(page) if page.status == "full" else None,
            "maximumAttendeeCapacity": page.capacity,
            "isAccessibleForFree": page.free,
            "keywords": list(page.keywords),
        }
    )


def script(document: Mapping[str, object]) -> str:
    """Encode for the inside of ``<script type="application/ld+json">``: no text can close it or open a comment."""
    text = msgspec.json.encode(document).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _type(page: EventPage) -> str:
    return "BusinessEvent" if page.audience == "professional" else _FAMILY.get(page.family, "Event")


def _place(place: Place | None) -> dict[str, object] | None:
    if place is None:
        return None
    point = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    address = {
        "@type": "PostalAddress",
        "streetAddress": place.street,
        "postalCode": place.postal_code,
        "addressLocality": place.commune,
        "addressCountry": place.country,
    }
    return _known(
        {
            "@type": "Place",
            "name": place.name or place.commune,
            "address": _known(address),
            "geo": None if place.latitude is None or place.longitude is None else point,
        }
    )


def _virtual(page: EventPage) -> dict[str, object]:
    return {"@type": "VirtualLocation", "url": page.online_url or page.url}


def _sold_out(page: EventPage) -> dict[str, object]:
    return {"@type": "Offer", "availability": _SCHEMA + "SoldOut", "url": page.url}


def _link(kind: str, link: Link) -> dict[str, object]:
    return _known({"@type": kind, "name": link.name, "url": link.url})


def _session(session: Session) -> dict[str, object]:
    return _known(
        {
            "@type": "Event",
            "name": session.name,
            "startDate": session.start.isoformat(),
            "endDate": session.end.isoformat() if session.end else None,
            "location": _place(session.place),
        }
    )


def _known(values: Mapping[str, object]) -> dict[str, object]:
    """Leave out what is not known."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}

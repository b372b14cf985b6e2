"""iCalendar feeds (RFC 5545, RFC 7986): entries in, the same bytes out every time.

Why not the library's own time zones: it adds a comment and starts daylight time an hour late (RFC 5545 §3.6.5 wants
the onset in the offset that ends). Why no METHOD and no ORGANIZER: a subscribed feed invites nobody, and PUBLISH would
require an organiser (RFC 5546 §3.2.1).
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
import msgspec

from events_api.domain.programme import Status

PRODID: Final = "-//events-api//calendar//FR"
REFRESH_EVERY: Final = dt.timedelta(hours=6)

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STATUS: Final[dict[Status, str]] = {
    "scheduled": "CONFIRMED",
    "rescheduled": "CONFIRMED",
    "moved_online": "CONFIRMED",
    "full": "CONFIRMED",
    "postponed": "TENTATIVE",
    "cancelled": "CANCELLED",
}


class WholeDays(msgspec.Struct, frozen=True, kw_only=True):
    """Days without hours, both ends included."""

    first: dt.date
    last: dt.date


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """An instant and, when it is known, an end, seen in a zone of the tz database."""

    start: dt.datetime
    end: dt.datetime | None
    zone: str


class CalendarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a feed; ``uid`` never changes and ``sequence`` grows when a reader must notice a change."""

    uid: str
    sequence: int
    status: Status
    when: WholeDays | Hours
    last_modified: dt.datetime
    title: str
    description: str = ""
    url: str = ""
    location: str = ""
    latitude: float | None = None
    longitude: float | None = None
    categories: tuple[str, ...] = ()


class CalendarFeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscriber sees of a feed: its name, its own address, the zone it is read in."""

    name: str
    url: str
    zone: str = "Europe/Paris"


def feed(calendar: CalendarFeed, entries: Iterable[CalendarEntry]) -> bytes:
    """Write a feed: CRLF lines of at most 75 octets, entries in the order given, only the time zones they use."""
    shown = list(entries)
    document = icalendar.Calendar()
    document.add("version", "2.0")
    document.add("prodid", PRODID)
    document.add("calscale", "GREGORIAN")
    document.add("name", _one_line(calendar.name))
    document.add("x-wr-calname", _one_line(calendar.name))
    document.add("x-wr-timezone", calendar.zone)
    document.add("url", _address(calendar.url))
    document.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    document.add("x-published-ttl", "PT6H")
    zones = _zones(shown)
    if not shown:
        zones[calendar.zone] = [_EPOCH]  # a calendar holds at least one component (RFC 5545 §3.6)
    for zone, instants in sorted(zones.items()):
        document.add_component(_timezone(zone, min(instants), max(instants)))
    for entry in shown:
        document.add_component(_event(entry))
    return document.to_ical()  # type: ignore[no-any-return]  # the library is untyped


def _event(entry: CalendarEntry) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.last_modified)
    event.add("last-modified", entry.last_modified)
    event.add("summary", _one_line(entry.title))
    event.add("status", _STATUS[entry.status])
    event.add("transp", "TRANSPARENT")  # a public event does not make its reader busy
    for name, value in _bounds(entry.when):
        event.add(name, value)
    if entry.description:
        event.add("description", _lines(entry.description))
    if entry.url:
        event.add("url", _address(entry.url))
    if entry.location:
        event.add("location", _one_line(entry.location))
    if entry.latitude is not None and entry.longitude is not None:
        event.add("geo", (round(entry.latitude, 6), round(entry.longitude, 6)))
    if entry.categories:
        event.add("categories", [_one_line(category) for category in entry.categories])
    return event


def _bounds(when: WholeDays | Hours) -> Iterator[tuple[str, dt.date]]:
    """Write the end of whole days as the day after; leave out an end that is not after its start."""
    if isinstance(when, WholeDays):
        yield "dtstart", when.first
        yield "dtend", max(when.first, when.last) + dt.timedelta(days=1)
        return
    instants = [when.start] if when.end is None or when.end <= when.start else [when.start, when.end]
    local = [instant.astimezone(ZoneInfo(when.zone)) for instant in instants]
    if any(instant.fold for instant in local):
        # A local time that comes twice means its first coming (RFC 5545 §3.3.5): the second is only writable in UTC.
        local = [instant.astimezone(dt.UTC) for instant in local]
    yield from zip(("dtstart", "dtend"), local, strict=False)


# Time zones


def _zones(entries: Iterable[CalendarEntry]) -> dict[str, list[dt.datetime]]:
    used: dict[str, list[dt.datetime]] = {}
    for entry in entries:
        for _, value in _bounds(entry.when):
            if isinstance(value, dt.datetime) and isinstance(entry.when, Hours) and value.tzinfo is not dt.UTC:
                used.setdefault(entry.when.zone, []).append(value.astimezone(dt.UTC))
    return used


def _timezone(name: str, first: dt.datetime, last: dt.datetime) -> icalendar.Timezone:
    """Describe a zone over the whole years that hold the given instants."""
    zone = ZoneInfo(name)
    start = dt.datetime(first.astimezone(zone).year, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    end = dt.datetime(last.astimezone(zone).year + 1, 1, 1, tzinfo=zone).astimezone(dt.UTC)
    timezone = icalendar.Timezone()
    timezone.add("tzid", name)
    for before, at in [(start, start), *_changes(zone, start, end)]:  # each onset by itself: some readers skip RDATE
        local, offset_before = at.astimezone(zone), before.astimezone(zone).utcoffset() or dt.timedelta()
        observance = icalendar.TimezoneDaylight() if local.dst() else icalendar.TimezoneStandard()
        observance.add("dtstart", (at + offset_before).replace(tzinfo=None))
        observance.add("tzoffsetfrom", offset_before)
        observance.add("tzoffsetto", local.utcoffset())
        observance.add("tzname", local.tzname())
        timezone.add_component(observance)
    return timezone


def _changes(zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Yield, for each change of offset, the last second before it and the first second after, in UTC."""
    day = dt.timedelta(days=1)
    while start < end:
        low, high = start, min(start + day, end)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            yield low, high
        start += day


# Text that cannot break a line of the feed

_BREAKS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def _lines(text: str) -> str:
    return _CONTROLS.sub("", _BREAKS.sub("\n", text)).replace("\t", " ").strip()


def _one_line(text: str) -> str:
    return " ".join(_lines(text).split("\n"))


def _address(url: str) -> str:
    return re.sub(r"\s", "", _lines(url))

"""The iCalendar feeds: one address for each combination of filters, cheap to ask again."""

import hashlib
from typing import Any, Final

import anyio.to_thread
import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from events_api.exporters import ical
from events_api.handlers.answers import not_modified
from events_api.handlers.pages.base import AnyRequest
from events_api.handlers.pages.calendar import (
    absolute,
    address_of,
    edition_path,
    feed_url,
    filters_of,
    in_language,
    present_slug,
    where,
)
from events_api.read import calendar
from events_api.read.calendar import Filters, Listing
from events_api.read.connections import Pool
from events_api.text.catalogue import label
from events_api.text.formats import Language
from events_api.text.interface import text

UID_DOMAIN: Final = "calendar.events-api"
"""The end of every UID, for ever: it is no address, and does not follow that of the site."""
FORMAT: Final = 1
"""Raise it when the same rows give other bytes: the tags of the feeds change with it."""
CACHE: Final = "public, max-age=900, stale-while-revalidate=3600"


class FeedController(Controller):
    """The feeds that phones and partners subscribe to; in French, or in English with ``?lang=en``."""

    include_in_schema = False

    @get("/calendrier.ics")
    async def filtered(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[bytes]:
        """Answer every dated edition that the filters let through."""
        filters, language = filters_of(request), _language(request)
        async with pool.acquire() as connection:
            state = await calendar.fingerprint(connection, filters)
        etag = _etag(request, state.digest)
        if not_modified(request, etag):
            return _answer(request, b"", etag, status=304)
        async with pool.acquire() as connection:
            listings = await calendar.dated(connection, filters)
            name = await _name(connection, filters, language)
        feed = ical.CalendarFeed(name=name, url=absolute(request, feed_url(request, language)))
        return _answer(request, await _written(request, feed, listings, language), etag)

    @get("/evenements/{slug:str}/{address:str}/calendrier.ics")
    async def single(
        self, request: AnyRequest, pool: NamedDependency[Pool], slug: FromPath[str], address: FromPath[str]
    ) -> Response[bytes]:
        """Answer one edition, to be kept in a calendar; a former slug goes on answering."""
        language = _language(request)
        year, rank = address_of(address)
        slug = await present_slug(pool, slug)
        async with pool.acquire() as connection:
            found = await calendar.edition(connection, slug, year, rank)
        if found is None or found.listing.starts_on is None:
            raise NotFoundException
        listing = found.listing
        feed = ical.CalendarFeed(
            name=listing.name, url=absolute(request, edition_path(listing) + "/calendrier.ics"), zone=found.time_zone
        )
        body = await _written(request, feed, [listing], language)
        etag = _etag(request, hashlib.blake2b(body, digest_size=12).hexdigest())
        if not_modified(request, etag):
            return _answer(request, b"", etag, status=304)
        return _answer(request, body, etag)


def uid(listing: Listing) -> str:
    """Return the name of an edition in every calendar, for ever."""
    return f"{listing.id}@{UID_DOMAIN}"


def entry(request: AnyRequest, listing: Listing, language: Language) -> ical.CalendarEntry:
    """Prepare a dated edition for a feed; what keeps it from taking place as planned is said in its title too."""
    assert listing.starts_on is not None  # noqa: S101  # only dated editions come here
    assert listing.ends_on is not None  # noqa: S101  # the schema holds both or none
    url = absolute(request, edition_path(listing))
    summary = in_language(language, listing.summary_fr, listing.summary_en)
    simulated = text("event.simulated", language) if listing.simulated else ""
    status = "" if listing.status == "scheduled" else label("event_status", listing.status, language)
    if listing.withdrawn:
        url, status = "", text("calendar.withdrawn", language)
    title = text("calendar.entry_title", language, status=status, name=listing.name) if status else listing.name
    venue = listing.venues[0] if listing.venues else None
    address = [venue.address, venue.postcode] if venue and len(listing.venues) == 1 else []
    family = in_language(language, listing.family_fr, listing.family_en)
    return ical.CalendarEntry(
        uid=uid(listing),
        sequence=listing.sequence,
        status="cancelled" if listing.withdrawn else listing.status,
        when=ical.WholeDays(first=listing.starts_on, last=listing.ends_on),
        last_modified=listing.changed_at.replace(microsecond=0),
        title=title,
        description="\n".join(part for part in (summary, simulated, url) if part),
        url=url,
        location=", ".join(part for part in (where(listing), *address) if part),
        latitude=venue.latitude if venue else None,
        longitude=venue.longitude if venue else None,
        categories=(family,) if family else (),
    )


def _language(request: AnyRequest) -> Language:
    """The address alone decides, because everybody who shares it shares the cached answer."""
    return "en" if request.query_params.get("lang") == "en" else "fr"


async def _written(request: AnyRequest, feed: ical.CalendarFeed, listings: list[Listing], language: Language) -> bytes:
    entries = [entry(request, listing, language) for listing in listings]
    return await anyio.to_thread.run_sync(ical.feed, feed, entries)


async def _name(connection: Any, filters: Filters, language: Language) -> str:
    """Name the feed after what it was filtered by."""
    parts = [str(filters.year)] if filters.year else []
    if filters.family or filters.commune or filters.organiser:
        choices = await calendar.choices(connection)
        for items, value in (
            (choices.families, filters.family),
            (choices.communes, filters.commune),
            (choices.organisers, str(filters.organiser)),
        ):
            parts += [in_language(language, item.name_fr, item.name_en) for item in items if item.value == value]
    if filters.status:
        parts.append(label("event_status", filters.status, language))
    parts += filters.words
    name = text("site.name", language)
    return f"{name} – {', '.join(parts)}" if parts else name


def _etag(request: AnyRequest, digest: str) -> str:
    language = _language(request)
    seed = msgspec.json.encode(
        [FORMAT, digest, absolute(request, request.url.path), feed_url(request, language), language]
    )
    return f'"{hashlib.blake2b(seed, digest_size=12).hexdigest()}"'


def _answer(request: AnyRequest, body: bytes, etag: str, *, status: int = 200) -> Response[bytes]:
    headers = {"etag": etag, "cache-control": CACHE, "content-language": _language(request)}
    if status == 200:
        headers["content-disposition"] = 'inline; filename="calendrier.ics"'
    return Response(body, status_code=status, headers=headers, media_type="text/calendar")

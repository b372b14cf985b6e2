"""The public calendar: a month, the list with its filters, an event, an edition."""

import base64
import binascii
import calendar as months_of_the_year
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

from dashboards.words import printed_unit
from events_api.domain.programme import Status
from events_api.exporters import jsonld
from events_api.handlers.pages.attendance import edition_doors
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page, site_of
from events_api.handlers.pages.information import home_trail
from events_api.read import calendar
from events_api.read.calendar import EditionPage, EventPage, Filters, Listing, Position, Venue
from events_api.read.connections import Pool
from events_api.text import formats
from events_api.text.catalogue import label, labels
from events_api.text.formats import Language
from events_api.text.interface import plural, text

PARIS: Final = ZoneInfo("Europe/Paris")
PAGE_SIZE: Final = 30
_YEARS: Final = range(1800, 2201)
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ADDRESS: Final = re.compile(r"([0-9]{4})(?:-([2-9]|[1-9][0-9]{1,3}))?")
_NAMES: Final = ("annee", "famille", "commune", "organisateur", "statut", "q")


class Words(NamedTuple):
    """A text and the language it is really in, which a page must say when it is not its own."""

    text: str
    language: Language


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """An edition as a list shows it."""

    name: str
    url: str
    dates: str
    day: str
    month: str
    status: str
    family: str
    where: str
    summary: Words
    simulated: bool


class Day(NamedTuple):
    """A cell of the month: its date, whether it belongs to the month, what takes place."""

    date: dt.date
    inside: bool
    cards: list[Card]


class Step(NamedTuple):
    """A link to another month."""

    label: str
    url: str
    editions: str


class CalendarController(Controller):
    """The pages of the calendar; their addresses never change."""

    include_in_schema = False

    @get("/calendrier")
    async def today(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """Show this month, or the nearest that holds something."""
        filters = filters_of(request)
        async with pool.acquire() as connection:
            held = await calendar.months(connection, filters)
        now = dt.datetime.now(PARIS)
        known = [(month.year, month.month) for month in held]
        coming = [month for month in known if month >= (now.year, now.month)]
        year, month = coming[0] if coming else known[-1] if known else (now.year, now.month)
        return await _month(request, pool, filters, year, month)

    @get("/calendrier/{year:int}/{number:int}")
    async def month(
        self, request: AnyRequest, pool: NamedDependency[Pool], year: FromPath[int], number: FromPath[int]
    ) -> Template:
        """Show a month."""
        if year not in _YEARS or number not in range(1, 13):
            raise NotFoundException
        return await _month(request, pool, filters_of(request), year, number)

    @get("/evenements")
    async def events(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """List the editions that the filters let through."""
        language, filters = language_of(request), filters_of(request)
        async with pool.acquire() as connection:
            found = await calendar.page(connection, filters, _position_of(request), PAGE_SIZE)
            choices = await calendar.choices(connection)
        return page(
            request,
            "calendar/events.html",
            title=text("events.title", language),
            trail=home_trail(language),
            cards=[card(listing, language) for listing in found.listings],
            following=_cursor(found.next) if found.next else None,
            first="cursor" not in request.query_params,
            filtered=filters != Filters(),
            feed=feed_url(request, language),
            **_form(request, choices, language),
        )

    @get("/evenements/{slug:str}")
    async def event(self, request: AnyRequest, pool: NamedDependency[Pool], slug: FromPath[str]) -> Template | Redirect:
        """Show an event and its editions; a former slug leads to the present one."""
        language = language_of(request)
        slug_now = await present_slug(pool, slug)
        if slug_now != slug:
            return _moved(request, f"/evenements/{slug_now}")
        async with pool.acquire() as connection:
            found = await calendar.event(connection, slug)
            editions = await calendar.editions_of(connection, slug)
        if found is None:
            raise NotFoundException
        documents = [jsonld.event(_structured(request, found, listing, language)) for listing in editions]
        return page(
            request,
            "calendar/event.html",
            title=found.name,
            trail=home_trail(language, Crumb(text("events.title", language), "/evenements")),
            event=found,
            description=_words(language, found.description_fr, found.description_en),
            facts=_event_facts(found, language),
            cards=[card(listing, language) for listing in editions],
            structured=[_script(document) for document in documents if document],
        )

    @get("/evenements/{slug:str}/{address:str}")
    async def edition(
        self, request: AnyRequest, pool: NamedDependency[Pool], slug: FromPath[str], address: FromPath[str]
    ) -> Template | Redirect:
        """Show an edition: its year is its address, followed by a rank when an event takes place twice a year."""
        language = language_of(request)
        slug_now = await present_slug(pool, slug)
        if slug_now != slug:
            return _moved(request, f"/evenements/{slug_now}/{address}")
        year, rank = address_of(address)
        async with pool.acquire() as connection:
            found = await calendar.edition(connection, slug, year, rank)
            event = await calendar.event(connection, slug)
            others = await calendar.editions_of(connection, slug)
        if found is None or event is None:
            raise NotFoundException
        listing = found.listing
        document = jsonld.event(_structured(request, event, listing, language, found))
        return page(
            request,
            "calendar/edition.html",
            title=_titled(listing),
            trail=home_trail(
                language, Crumb(text("events.title", language), "/evenements"), Crumb(event.name, f"/evenements/{slug}")
            ),
            card=card(listing, language),
            status=listing.status,
            event_url=f"/evenements/{slug}",
            description=_words(language, event.description_fr, event.description_en),
            facts=_edition_facts(event, found, language),
            programme=_programme(found, language),
            figures=_figures(found, language),
            dated=listing.starts_on is not None,
            others=[card(other, language) for other in others if other.id != listing.id],
            doors=await edition_doors(request, pool, listing.id),
            structured=[_script(document)] if document else [],
        )


def filters_of(request: AnyRequest) -> Filters:
    """Read the filters of an address; an empty field asks for nothing, an unreadable one is refused."""
    given = {name: request.query_params.get(name, "").strip() for name in _NAMES}
    try:
        filters = Filters(
            year=int(given["annee"]) if given["annee"] else None,
            family=given["famille"] or None,
            commune=given["commune"] or None,
            organiser=UUID(given["organisateur"]) if given["organisateur"] else None,
            status=msgspec.convert(given["statut"], Status) if given["statut"] else None,
            words=tuple(formats.primary_key(given["q"]).split()[:10]),
        )
    except (ValueError, msgspec.ValidationError):
        raise ClientException from None
    if (filters.year or 2000) not in _YEARS or "\x00" in f"{filters.family}{filters.commune}":
        raise ClientException
    return filters


def feed_url(request: AnyRequest, language: Language) -> str:
    """Return the address of the feed that answers the filters of a page, in its language."""
    kept = [(name, value) for name in _NAMES if (value := request.query_params.get(name, "").strip())]
    kept += [("lang", "en")] if language == "en" else []
    return f"/calendrier.ics?{urlencode(kept)}" if kept else "/calendrier.ics"


def address_of(address: str) -> tuple[int, int]:
    """Read the last part of the address of an edition: « 2024 », « 2024-2 »."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise NotFoundException
    return int(found[1]), int(found[2] or 1)


def edition_path(listing: Listing) -> str:
    """Return the address of an edition."""
    rank = "" if listing.rank == 1 else f"-{listing.rank}"
    return f"/evenements/{listing.slug}/{listing.year}{rank}"


def absolute(request: AnyRequest, path: str) -> str:
    """Return a full address, under the public name of the site."""
    return (site_of(request).public_url or str(request.base_url)).rstrip("/") + path


def card(listing: Listing, language: Language) -> Card:
    """Prepare an edition for a list."""
    start = listing.starts_on
    return Card(
        name=listing.name,
        url=edition_path(listing),
        dates=_dates(listing, language),
        day=str(start.day) if start else "",
        month=formats.short_month(start, language) if start else str(listing.year),
        status="" if listing.status == "scheduled" else label("event_status", listing.status, language),
        family=in_language(language, listing.family_fr, listing.family_en),
        where=where(listing),
        summary=_words(language, listing.summary_fr, listing.summary_en),
        simulated=listing.simulated,
    )


def where(listing: Listing) -> str:
    """Name the places of an edition and their communes, or the commune of the event, or nothing."""
    venues = [venue.name for venue in listing.venues]
    communes = dict.fromkeys(venue.commune for venue in listing.venues if venue.commune)
    if listing.commune and not communes:
        communes = {listing.commune: None}
    return ", ".join([*venues, *(commune for commune in communes if commune not in venues)])


async def _month(request: AnyRequest, pool: Pool, filters: Filters, year: int, number: int) -> Template:
    language = language_of(request)
    filters = msgspec.structs.replace(filters, year=None)
    async with pool.acquire() as connection:
        found = await calendar.month(connection, filters, year, number)
        undated = await calendar.undated(connection, msgspec.structs.replace(filters, year=year))
        held = await calendar.months(connection, filters)
        choices = await calendar.choices(connection)
    return page(
        request,
        "calendar/month.html",
        title=text("calendar.title", language, month=formats.month(year, number, language)),
        trail=home_trail(language),
        month=formats.month(year, number, language),
        year=year,
        weekdays=[formats.weekday(day, language) for day in range(7)],
        weeks=_weeks(found, year, number, language),
        cards=[card(listing, language) for listing in found],
        undated=[card(listing, language) for listing in undated],
        steps=_steps(request, held, year, number, language),
        day_label=lambda date: formats.day(date, language, weekday=True),
        action=f"/calendrier/{year}/{number:02}",
        filtered=filters != Filters(),
        feed=feed_url(request, language),
        **_form(request, choices, language),
    )


def _weeks(found: Sequence[Listing], year: int, number: int, language: Language) -> list[list[Day]]:
    cards = [(listing, card(listing, language)) for listing in found]

    def day(date: dt.date) -> Day:
        held = [
            shown for listing, shown in cards if listing.starts_on and listing.ends_on
            and listing.starts_on <= date <= listing.ends_on
        ]  # fmt: skip
        inside = date.month == number
        return Day(date, inside, held if inside else [])

    weeks = months_of_the_year.Calendar().monthdatescalendar(year, number)
    return [[day(date) for date in week] for week in weeks]


def _steps(
    request: AnyRequest, held: Sequence[calendar.MonthCount], year: int, number: int, language: Language
) -> dict[str, Any]:
    """Link to the nearest months that hold something, and to those of the same year: a crawler comes to an end."""
    kept = {name: value for name in _NAMES if name != "annee" and (value := request.query_params.get(name, ""))}
    query = f"?{urlencode(kept)}" if kept else ""

    def step(month: calendar.MonthCount) -> Step:
        return Step(
            formats.month(month.year, month.month, language),
            f"/calendrier/{month.year}/{month.month:02}{query}",
            plural("calendar.count", month.editions, language),
        )

    before = [month for month in held if (month.year, month.month) < (year, number)]
    after = [month for month in held if (month.year, month.month) > (year, number)]
    return {
        "previous": step(before[-1]) if before else None,
        "next": step(after[0]) if after else None,
        "year": [step(month) for month in held if month.year == year],
    }


def _form(request: AnyRequest, choices: calendar.Choices, language: Language) -> dict[str, Any]:
    """Prepare the filters: what was chosen and what can be."""

    def named(items: Sequence[calendar.Choice]) -> list[tuple[str, str]]:
        return [(item.value, item.name_fr if language == "fr" else item.name_en) for item in items]

    return {
        "chosen": {name: request.query_params.get(name, "").strip() for name in _NAMES},
        "options": {
            "annee": [(str(year), str(year)) for year in choices.years],
            "famille": named(choices.families),
            "commune": named(choices.communes),
            "organisateur": named(choices.organisers),
            "statut": [(status, labels("event_status", language)[status]) for status in get_args(Status)],
        },
    }


def _cursor(position: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def _position_of(request: AnyRequest) -> Position | None:
    cursor = request.query_params.get("cursor")
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = msgspec.json.decode(raw, type=Position)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise ClientException from None
    if position.year not in _YEARS or not 0 <= position.key < 2**63 or "\x00" in position.sort_key:
        raise ClientException
    return position


async def present_slug(pool: Pool, slug: str) -> str:
    """Return the slug that an event answers to today; what never was one is not found."""
    if not _SLUG.fullmatch(slug):
        raise NotFoundException
    async with pool.acquire() as connection:
        found = await calendar.current_slug(connection, slug)
    if found is None:
        raise NotFoundException
    return found


def _moved(request: AnyRequest, path: str) -> Redirect:
    query = request.url.query
    return Redirect(f"{path}?{query}" if query else path, status_code=301)


def in_language(language: Language, french: str | None, english: str | None) -> str:
    """Choose the text of a language, or the other rather than none."""
    return (french or english if language == "fr" else english or french) or ""


def _words(language: Language, french: str | None, english: str | None) -> Words:
    chosen = in_language(language, french, english)
    return Words(chosen, "fr" if chosen == french else "en")


def _titled(listing: Listing) -> str:
    return listing.name if str(listing.year) in listing.name else f"{listing.name} {listing.year}"


def _dates(listing: Listing, language: Language) -> str:
    words = in_language(language, listing.date_text_fr, listing.date_text_en)
    return formats.edition_days(language, first=listing.starts_on, last=listing.ends_on, year=listing.year, text=words)


def _event_facts(event: EventPage, language: Language) -> list[tuple[str, list[Any]]]:
    """Say what is known of an event, and nothing of what is not."""

    def parties(role: str) -> list[Any]:
        return [_link(party.name, party.website) for party in event.parties if party.role == role]

    facts: list[tuple[str, list[Any]]] = [
        (text("event.family", language), [in_language(language, event.family_fr, event.family_en)]),
        (text("event.sub_sector", language), [event.sub_sector]),
        (text("event.audience", language), [label("audience", event.audience, language)]),
        (text("event.commune", language), [event.commune]),
        (text("event.organisers", language), parties("organiser")),
        (text("event.partners", language), parties("partner")),
        (text("event.website", language), [_link(event.website, event.website)] if event.website else []),
    ]
    return _stated(facts)


def _edition_facts(event: EventPage, found: EditionPage, language: Language) -> list[tuple[str, list[Any]]]:
    listing = found.listing
    number = formats.ordinal(listing.number, language) if listing.number else None
    facts: list[tuple[str, list[Any]]] = [
        (text("edition.dates", language), [_dates(listing, language)]),
        (text("edition.places", language), [_address(venue) for venue in listing.venues]),
        (text("edition.number", language), [number]),
        (text("edition.guest", language), [found.guest_of_honour]),
        (text("edition.capacity", language), [formats.integer(found.capacity, language)] if found.capacity else []),
    ]
    return _stated(facts) + _event_facts(event, language)


def _stated(facts: Sequence[tuple[str, list[Any]]]) -> list[tuple[str, list[Any]]]:
    kept = [(name, [value for value in values if value]) for name, values in facts]
    return [(name, values) for name, values in kept if values]


def _address(venue: Venue) -> str:
    town = " ".join(part for part in (venue.postcode, venue.commune) if part)
    return ", ".join(part for part in (venue.name, venue.address, town) if part)


def _link(words: str, url: str | None) -> str | Markup:
    return Markup('<a href="{}">{}</a>').format(url, words) if url else words


def _programme(found: EditionPage, language: Language) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Group the sessions by day, in the zone of the edition."""
    zone = ZoneInfo(found.time_zone)
    days: dict[str, list[tuple[str, ...]]] = {}
    for session in found.sessions:
        start, end = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
        days.setdefault(formats.day(start.date(), language, weekday=True), []).append(
            (
                _with_status(in_language(language, session.name_fr, session.name_en), session.status, language),
                formats.hours(start, end, language),
                label("session_kind", session.kind, language),
                session.venue.name if session.venue else "",
            )
        )
    return list(days.items())


def _with_status(name: str, status: Status, language: Language) -> str:
    if status == "scheduled":
        return name
    return text("calendar.entry_title", language, status=label("event_status", status, language), name=name)


def _figures(found: EditionPage, language: Language) -> list[tuple[Any, ...]]:
    """Write every graded figure with its grade and where it comes from."""
    rows = []
    for figure in found.figures:
        quantity = label("quantity", figure.quantity, language)
        if figure.simulated:
            quantity += f" ({text('event.simulated', language)})"
        whole = figure.value == int(figure.value)
        value = formats.integer(int(figure.value), language) if whole else formats.decimal(figure.value, language)
        source = ", ".join(str(part) for part in (figure.source_document, figure.source_field) if part)
        grade = Markup('<span><span class="grade grade-{0}">{0}</span> {1}</span>').format(
            figure.grade, label("grade_name", figure.grade or "", language)
        )
        rows.append((quantity, f"{value} {printed_unit(figure.unit, language)[0]}", grade, source))
    return rows


def _structured(
    request: AnyRequest, event: EventPage, listing: Listing, language: Language, found: EditionPage | None = None
) -> jsonld.EventPage:
    zone = ZoneInfo(found.time_zone) if found else PARIS
    venue = listing.venues[0] if listing.venues else None
    commune = (venue and venue.commune) or listing.commune
    place = _place(venue, commune) if commune else None
    return jsonld.EventPage(
        id=str(listing.id),
        url=absolute(request, edition_path(listing)),
        name=_titled(listing),
        status=listing.status,
        start=listing.starts_on,
        end=listing.ends_on,
        language=language,
        family=event.family or "",
        audience=event.audience,
        description=in_language(language, listing.summary_fr, listing.summary_en)
        or in_language(language, event.description_fr, event.description_en),
        place=place,
        online_url=event.website or "",
        organisers=tuple(
            jsonld.Link(name=party.name, url=party.website or "")
            for party in event.parties
            if party.role == "organiser"
        ),
        series=jsonld.Link(name=event.name, url=absolute(request, f"/evenements/{event.slug}")),
        sessions=tuple(
            jsonld.Session(
                name=in_language(language, session.name_fr, session.name_en),
                start=session.starts_at.astimezone(zone),
                end=session.ends_at.astimezone(zone),
                place=_place(session.venue, session.venue.commune)
                if session.venue and session.venue.commune
                else place,
            )
            for session in (found.sessions if found else [])
        ),
        keywords=tuple(filter(None, [in_language(language, event.family_fr, event.family_en)])),
        capacity=found.capacity if found else None,
    )


def _place(venue: Venue | None, commune: str) -> jsonld.Place:
    if venue is None:
        return jsonld.Place(commune=commune)
    return jsonld.Place(
        commune=commune,
        name=venue.name,
        street=venue.address or "",
        postal_code=venue.postcode or "",
        latitude=venue.latitude,
        longitude=venue.longitude,
    )


def _script(document: dict[str, object]) -> Markup:
    return Markup(jsonld.script(document))  # noqa: S704  # the exporter escapes what could end the element

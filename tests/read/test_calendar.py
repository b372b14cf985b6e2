import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import pytest

from events_api.read import calendar
from events_api.read.calendar import Filters
from events_api.text.formats import primary_key
from tests.conftest import own_settings
from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation, insert

settings = own_settings


@pytest.fixture
async def rows(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose transaction is rolled back."""
    transaction = owner.transaction()
    await transaction.start()
    yield owner
    await transaction.rollback()


def names(listings: list[calendar.Listing]) -> list[str]:
    return [listing.name for listing in listings]


async def test_a_month_holds_what_touches_it(rows: asyncpg.Connection) -> None:
    for name, first, last in [
        ("Avant", "2024-09-20", "2024-09-30"),
        ("À cheval", "2024-09-28", "2024-10-01"),
        ("Dedans", "2024-10-25", "2024-10-28"),
        ("Autour", "2024-08-01", "2024-12-31"),
        ("Fin", "2024-10-31", "2024-11-02"),
        ("Après", "2024-11-01", "2024-11-01"),
    ]:
        await an_edition(rows, await an_event(rows, name), first, last)
    await an_edition(rows, await an_event(rows, "Sans date"), year=2024)

    assert names(await calendar.month(rows, Filters(), 2024, 10)) == ["Autour", "À cheval", "Dedans", "Fin"]
    assert names(await calendar.undated(rows, Filters(year=2024))) == ["Sans date"]
    assert await calendar.months(rows, Filters()) == [
        calendar.MonthCount(2024, month, count) for month, count in [(8, 1), (9, 3), (10, 4), (11, 3), (12, 1)]
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        {"editorial_state": "draft", "first_published_at": None},
        {"editorial_state": "to_review"},
        {"editorial_state": "ready"},
        {"editorial_state": "refused"},
        {"retired_at": dt.datetime(2024, 5, 1, tzinfo=dt.UTC)},
    ],
)
async def test_what_is_not_published_is_nowhere(rows: asyncpg.Connection, hidden: dict[str, object]) -> None:
    await an_edition(rows, await an_event(rows, slug="secret"), "2024-10-25", **hidden)

    assert await calendar.month(rows, Filters(), 2024, 10) == []
    assert await calendar.months(rows, Filters()) == []
    assert [listing.withdrawn for listing in await calendar.dated(rows, Filters())] == [True] * ("retired_at" in hidden)
    assert (await calendar.page(rows, Filters(), None, 10)).listings == []
    assert await calendar.event(rows, "secret") is None
    assert await calendar.edition(rows, "secret", 2024, 1) is None
    assert await calendar.choices(rows) == calendar.Choices(years=[], families=[], communes=[], organisers=[])


async def test_filters_say_what_they_mean(rows: asyncpg.Connection) -> None:
    await a_commune(rows)
    await a_commune(rows, "13001", "Aix-en-Provence")
    organiser = await an_organisation(rows, "Œuvres & Cie")
    book = await an_event(
        rows, "Fête du Livre", family_id=await a_family(rows), commune_insee="13001", organisers=(organiser,)
    )
    elsewhere = await an_event(rows, "L’été des arts")
    await an_edition(rows, book, "2024-10-25", "2024-10-28", status="cancelled")
    await an_edition(rows, book, "2025-10-25")
    await an_edition(
        rows, elsewhere, "2024-07-01", places=(await a_place(rows, "Théâtre de la Criée", commune_insee="13055"),)
    )

    async def found(filters: Filters) -> list[tuple[str, int]]:
        return [(listing.name, listing.year) for listing in await calendar.dated(rows, filters)]

    def words(text: str) -> tuple[str, ...]:
        return tuple(primary_key(text).split())

    fete_2024, fete_2025, ete = ("Fête du Livre", 2024), ("Fête du Livre", 2025), ("L’été des arts", 2024)
    assert await found(Filters()) == [ete, fete_2024, fete_2025]
    assert await found(Filters(year=2024)) == [ete, fete_2024]
    assert await found(Filters(family="livre")) == [fete_2024, fete_2025]
    assert await found(Filters(family="autre")) == []
    assert await found(Filters(commune="13001")) == [fete_2024, fete_2025]
    assert await found(Filters(commune="13055")) == [ete]
    assert await found(Filters(organiser=organiser)) == [fete_2024, fete_2025]
    assert await found(Filters(status="cancelled")) == [fete_2024]
    former = await an_organisation(
        rows,
        "Œuvres",
        merged_into_id=await rows.fetchval("select id from organisation where public_id = $1", organiser),
        retired_at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC),
    )
    assert await found(Filters(organiser=former)) == [fete_2024, fete_2025]
    assert await found(Filters(words=words("LIVRE fete"))) == [fete_2024, fete_2025]
    assert await found(Filters(words=words("oeuvres"))) == [fete_2024, fete_2025]
    assert await found(Filters(words=words("Criee"))) == [ete]
    assert await found(Filters(words=words("été livre"))) == []
    assert await found(Filters(year=2025, family="livre", commune="13001", words=words("livre"))) == [fete_2025]


async def test_pages_neither_skip_nor_repeat(rows: asyncpg.Connection) -> None:
    for number in range(7):
        event = await an_event(rows, f"Événement {number % 3}")
        await an_edition(rows, event, f"2024-10-{1 + number // 2:02}" if number < 5 else None, year=2024)
    await an_edition(rows, await an_event(rows, "Ancien"), "2023-01-01")
    whole = (await calendar.page(rows, Filters(), None, 100)).listings

    read, position = [], None
    while True:
        page = await calendar.page(rows, Filters(), position, 2)
        read += page.listings
        if page.next is None:
            break
        position = page.next
        await an_edition(rows, await an_event(rows, "Nouveau"), "2025-01-01")  # before what was read already

    assert read == whole
    assert [(listing.year, listing.starts_on is None) for listing in whole] == [
        *[(2024, False)] * 5,
        *[(2024, True)] * 2,
        (2023, False),
    ]


async def test_an_address_counts_the_editions_ever_published_in_a_year(rows: asyncpg.Connection) -> None:
    event = await an_event(rows, slug="deux-fois")
    first = await an_edition(rows, event, "2024-10-25", number=1)
    await an_edition(rows, event, "2024-01-05", number=2, editorial_state="draft", first_published_at=None)
    second = await an_edition(rows, event, "2024-03-01", number=3)

    async def read(rank: int) -> object:
        page = await calendar.edition(rows, "deux-fois", 2024, rank)
        return page and page.listing.id

    assert [await read(rank) for rank in (1, 2, 3)] == [first, second, None]
    await rows.execute("update edition set retired_at = now() where public_id = $1", first)
    assert [await read(rank) for rank in (1, 2, 3)] == [None, second, None]


async def test_former_slugs_and_merged_events_lead_to_the_present_one(rows: asyncpg.Connection) -> None:
    kept = await an_event(rows, slug="salon")
    await an_edition(rows, kept, "2024-10-25")
    await rows.execute("insert into event_slug (slug, event_id) values ('foire', $1)", kept)
    await an_event(rows, slug="doublon", merged_into_id=kept, retired_at=dt.datetime(2024, 5, 1, tzinfo=dt.UTC))
    await an_event(rows, slug="brouillon")

    slugs = ("salon", "foire", "doublon", "brouillon", "inconnu")
    assert [await calendar.current_slug(rows, slug) for slug in slugs] == ["salon", "salon", "salon", None, None]


async def test_the_fingerprint_changes_with_what_a_feed_shows_and_only_then(rows: asyncpg.Connection) -> None:
    place = await a_place(rows)
    event = await an_event(rows, family_id=await a_family(rows))
    edition = await an_edition(rows, event, "2024-10-25", places=(place,))
    await an_edition(rows, await an_event(rows), "2024-10-25", editorial_state="draft", first_published_at=None)
    seen = [(await calendar.fingerprint(rows, Filters())).digest]

    async def look_after(statement: str, *values: object) -> str:
        await rows.execute(statement, *values)
        return (await calendar.fingerprint(rows, Filters())).digest

    seen.append(await look_after("select 1"))
    seen.append(await look_after("update place set mark = mark + 1 where id = $1", place))
    seen.append(await look_after("update event set mark = mark + 1 where id = $1", event))
    seen.append(await look_after("update edition set mark = mark + 1 where public_id = $1", edition))
    seen.append(await look_after("update edition set editorial_state = 'refused' where public_id = $1", edition))

    assert seen[0] == seen[1]
    assert len(set(seen)) == 5
    assert (await calendar.fingerprint(rows, Filters())).changed_at is None


async def test_an_edition_page_shows_places_sessions_and_graded_figures(rows: asyncpg.Connection) -> None:
    await a_commune(rows)
    place = await a_place(
        rows,
        address="58 boulevard Charles Livon",
        postcode="13007",
        commune_insee="13055",
        longitude=5.36,
        latitude=43.29,
        capacity=900,
    )
    event = await an_event(rows, slug="salon")
    edition = await an_edition(rows, event, "2024-10-25", "2024-10-28", places=(place,), capacity=5000)
    key = await rows.fetchval("select id from edition where public_id = $1", edition)
    at = dt.datetime(2024, 10, 26, 18, 30, tzinfo=dt.UTC)
    await insert(
        rows,
        "session",
        edition_id=key,
        public_id=edition,
        name_fr="Lecture",
        kind="reading",
        place_id=place,
        starts_at=at,
        ends_at=at + dt.timedelta(hours=1),
    )
    figure = {
        "edition_id": key,
        "quantity": "attendance_as_printed",
        "unit": "visiteurs",
        "source_kind": "document",
        "source_document": "programme 2024",
        "stated_at": at,
    }
    wrong = await insert(rows, "edition_figure", **figure, public_id=await an_id(rows), value=9, grade="F")
    await insert(
        rows, "edition_figure", **figure, public_id=await an_id(rows), value=10_000, grade="F", replaces_id=wrong
    )
    await insert(
        rows,
        "edition_figure",
        **figure | {"quantity": "budget", "unit": "€"},
        public_id=await an_id(rows),
        value=5,
        grade=None,
    )

    page = await calendar.edition(rows, "salon", 2024, 1)

    assert page is not None
    venue = calendar.Venue(
        name="Palais du Pharo",
        address="58 boulevard Charles Livon",
        postcode="13007",
        commune="Marseille",
        latitude=43.29,
        longitude=5.36,
        capacity=900,
    )
    assert (page.listing.id, page.listing.venues, page.capacity, page.time_zone) == (
        edition,
        [venue],
        5000,
        "Europe/Paris",
    )
    assert page.sessions == [
        calendar.SessionItem(
            name_fr="Lecture",
            name_en=None,
            kind="reading",
            starts_at=at,
            ends_at=at + dt.timedelta(hours=1),
            status="scheduled",
            venue=venue,
        )
    ]
    assert page.figures == [
        calendar.Figure(
            quantity="attendance_as_printed",
            as_printed=None,
            value=10_000.0,
            unit="visiteurs",
            grade="F",
            source_document="programme 2024",
            source_line=None,
            source_field=None,
            simulated=False,
        )
    ]


async def an_id(rows: asyncpg.Connection) -> object:
    return await rows.fetchval("select gen_random_uuid()")


async def test_choices_are_what_published_editions_have(rows: asyncpg.Connection) -> None:
    await a_commune(rows)
    organiser = await an_organisation(rows)
    await an_organisation(rows, "Sans rien")
    await a_family(rows, "musique", name_fr="Musique")
    event = await an_event(
        rows, family_id=await a_family(rows), commune_insee="13055", organisers=(organiser,), slug="salon"
    )
    await an_edition(rows, event, "2024-10-25")
    await an_edition(rows, event, year=2025)

    assert await calendar.choices(rows) == calendar.Choices(
        years=[2025, 2024],
        families=[calendar.Choice("livre", "Édition", "Books")],
        communes=[calendar.Choice("13055", "Marseille", "Marseille")],
        organisers=[calendar.Choice(str(organiser), "Les Amis du livre", "Les Amis du livre")],
    )
    found = await calendar.event(rows, "salon")
    assert found is not None
    assert [(party.id, party.role) for party in found.parties] == [(organiser, "organiser")]
    assert [(listing.year, listing.starts_on) for listing in await calendar.editions_of(rows, "salon")] == [
        (2025, None),
        (2024, dt.date(2024, 10, 25)),
    ]

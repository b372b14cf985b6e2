import json
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import icalendar
import pytest
from litestar import Litestar

from events_api.text.formats import NBSP
from tests.conftest import own_settings
from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation

settings = own_settings
PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture
async def rows(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Rows that the application sees; gone after the test."""
    yield owner
    await owner.execute("truncate event, organisation, place, family cascade")


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def salon(rows: asyncpg.Connection) -> dict[str, Any]:
    """A dated edition with all that can be known of it, and an undated one of another event."""
    await a_commune(rows)
    organiser = await an_organisation(rows, "Les <Amis> du livre", website="https://amis.example.org/")
    place = await a_place(
        rows,
        address="58 boulevard Charles Livon",
        postcode="13007",
        commune_insee="13055",
        longitude=5.36,
        latitude=43.29,
    )
    event = await an_event(
        rows,
        "Salon du livre </script>",
        slug="salon-du-livre",
        family_id=await a_family(rows),
        commune_insee="13055",
        organisers=(organiser,),
        description_fr="Cent auteurs.",
    )
    edition = await an_edition(
        rows, event, "2024-10-25", "2024-10-28", places=(place,), number=1, calendar_sequence=4, summary_fr="Gratuit."
    )
    await an_edition(rows, await an_event(rows, "Babel Music XP", slug="babel"), year=2024)
    return {"event": event, "edition": edition, "organiser": organiser, "place": place}


def said(page: str) -> str:
    """The words of a page, without its markup."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&lt;", "<").replace("&gt;", ">").split())


def structured(page: str) -> list[Any]:
    return [json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]


async def test_a_month_shows_what_takes_place_and_what_has_no_day(
    client: httpx.AsyncClient, salon: dict[str, Any]
) -> None:
    answer = await client.get("/calendrier/2024/10")

    words = said(answer.text)
    assert (answer.status_code, answer.headers["content-language"]) == (200, "fr")
    assert f"Agenda{NBSP}: octobre 2024" in answer.text
    assert "du 25 au 28 octobre 2024 · Palais du Pharo, Marseille" in words
    assert answer.text.count('href="/evenements/salon-du-livre/2024"') == 5  # four days of the grid, one of the list
    assert "Babel Music XP" in words[words.index("En 2024, sans jour connu") :]


async def test_the_calendar_opens_on_the_nearest_month_that_holds_something(
    client: httpx.AsyncClient, salon: dict[str, Any], rows: asyncpg.Connection
) -> None:
    assert f"Agenda{NBSP}: octobre 2024" in (await client.get("/calendrier")).text

    await an_edition(rows, salon["event"], "2150-03-01")

    assert f"Agenda{NBSP}: mars 2150" in (await client.get("/calendrier")).text
    assert 'rel="prev" href="/calendrier/2024/10"' in (await client.get("/calendrier")).text


async def test_an_empty_calendar_says_so(client: httpx.AsyncClient) -> None:
    assert "Aucun événement publié en octobre 2024." in (await client.get("/calendrier/2024/10")).text
    assert "Aucun événement publié en" in (await client.get("/calendrier")).text
    assert "Rien à afficher pour le moment." in (await client.get("/evenements")).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("annee=2024&famille=livre&commune=13055&statut=scheduled&q=salon+LIVRE", True),
        ("annee=&famille=&commune=&organisateur=&statut=&q=", True),
        ("annee=2023", False),
        ("famille=musique", False),
        ("q=rien", False),
        ("statut=cancelled", False),
        ("q=%00%25_", True),
    ],
)
async def test_the_list_answers_its_filters(
    client: httpx.AsyncClient, salon: dict[str, Any], query: str, found: bool
) -> None:
    answer = await client.get(f"/evenements?{query}")

    assert answer.status_code == 200
    assert ('<a href="/evenements/salon-du-livre/2024">' in answer.text) == found
    assert ("Aucun événement publié ne correspond à ces filtres." in answer.text) == (not found)


@pytest.mark.parametrize(
    "path",
    [
        "/evenements?annee=deux",
        "/evenements?annee=99999",
        "/evenements?organisateur=moi",
        "/evenements?statut=perdu",
        "/evenements?famille=%00",
        "/evenements?cursor=x",
        "/evenements?cursor=WzEsMiwzLDRd",
        "/calendrier.ics?annee=deux",
    ],
)
async def test_a_filter_that_cannot_be_read_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/calendrier/2024/13",
        "/calendrier/1/1",
        "/evenements/inconnu",
        "/evenements/%00",
        "/evenements/salon-du-livre/2023",
        "/evenements/salon-du-livre/2024-1",
        "/evenements/salon-du-livre/2024-2",
        "/evenements/salon-du-livre/20x4",
        "/evenements/babel/2024/calendrier.ics",
    ],
)
async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient, salon: dict[str, Any], path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_every_edition_is_on_exactly_one_page_of_the_list(
    client: httpx.AsyncClient, rows: asyncpg.Connection
) -> None:
    for number in range(65):
        await an_edition(rows, await an_event(rows, f"Événement {number:02}"), f"2024-10-{1 + number % 28:02}")

    read, path = [], "/evenements"
    while path:
        text = (await client.get(path)).text
        read += re.findall(r"<h2><a href=\"[^\"]+\">(Événement \d\d)", text)
        following = re.search(r'rel="next" class="button secondary" href="(\?[^"]+)"', text)
        path = f"/evenements{following[1]}" if following else ""

    assert len(read) == 65
    assert sorted(read) == [f"Événement {number:02}" for number in range(65)]


async def test_an_edition_page_tells_people_and_machines_the_same(
    client: httpx.AsyncClient, salon: dict[str, Any]
) -> None:
    answer = await client.get("/evenements/salon-du-livre/2024")

    words = said(answer.text)
    for shown in (
        "Salon du livre </script> 2024",
        "Palais du Pharo, 58 boulevard Charles Livon, 13007 Marseille",
        "Les <Amis> du livre",
        "1re",
        "Gratuit.",
        "Cent auteurs.",
    ):
        assert shown in words
    assert structured(answer.text) == [
        {
            "@context": "https://schema.org",
            "@type": "LiteraryEvent",
            "@id": f"urn:uuid:{salon['edition']}",
            "identifier": str(salon["edition"]),
            "name": "Salon du livre </script> 2024",
            "description": "Gratuit.",
            "url": f"{PUBLIC_URL}/evenements/salon-du-livre/2024",
            "inLanguage": "fr",
            "startDate": "2024-10-25",
            "endDate": "2024-10-28",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {
                "@type": "Place",
                "name": "Palais du Pharo",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": "58 boulevard Charles Livon",
                    "postalCode": "13007",
                    "addressLocality": "Marseille",
                    "addressCountry": "FR",
                },
                "geo": {"@type": "GeoCoordinates", "latitude": 43.29, "longitude": 5.36},
            },
            "organizer": [{"@type": "Organization", "name": "Les <Amis> du livre", "url": "https://amis.example.org/"}],
            "superEvent": {
                "@type": "EventSeries",
                "name": "Salon du livre </script>",
                "url": f"{PUBLIC_URL}/evenements/salon-du-livre",
            },
            "keywords": ["Édition"],
        }
    ]
    assert structured((await client.get("/evenements/salon-du-livre")).text) == structured(answer.text)


async def test_an_edition_without_a_date_is_shown_and_no_date_is_invented(
    client: httpx.AsyncClient, salon: dict[str, Any]
) -> None:
    page, feed = await client.get("/evenements/babel/2024"), await client.get("/calendrier.ics")

    assert "La source ne donne pas de jour exact" in said(page.text)
    assert "calendrier.ics" not in page.text.replace('href="/calendrier.ics"', "")
    assert structured(page.text) == structured((await client.get("/evenements/babel")).text) == []
    assert "Babel" not in feed.text


async def test_a_former_slug_goes_on_answering(
    client: httpx.AsyncClient, salon: dict[str, Any], rows: asyncpg.Connection
) -> None:
    await rows.execute("update event set slug = 'fete-du-livre' where id = $1", salon["event"])
    await rows.execute("insert into event_slug (slug, event_id) values ('fete-du-livre', $1)", salon["event"])

    moved = {
        path: (answer.status_code, answer.headers.get("location"))
        for path in ("/evenements/salon-du-livre", "/evenements/salon-du-livre/2024?lang=en")
        for answer in [await client.get(path)]
    }

    assert moved == {
        "/evenements/salon-du-livre": (301, "/evenements/fete-du-livre"),
        "/evenements/salon-du-livre/2024?lang=en": (301, "/evenements/fete-du-livre/2024?lang=en"),
    }
    assert (await client.get("/evenements/fete-du-livre/2024")).status_code == 200
    assert (await client.get("/evenements/salon-du-livre/2024/calendrier.ics")).status_code == 200


async def test_pages_speak_english_too(client: httpx.AsyncClient, salon: dict[str, Any]) -> None:
    answer = await client.get("/evenements/salon-du-livre/2024?lang=en")

    assert "25–28 October 2024" in said(answer.text)
    assert "General public" in said(answer.text)
    assert '<p class="prose" lang="fr">Gratuit.</p>' in answer.text  # there is no English: the page says what it is
    month = await client.get("/calendrier/2024/10?lang=en&famille=livre")
    assert "Calendar: October 2024" in month.text
    assert 'href="/calendrier.ics?famille=livre&amp;lang=en"' in month.text


async def test_a_feed_has_the_uid_sequence_and_days_of_its_editions(
    client: httpx.AsyncClient, salon: dict[str, Any]
) -> None:
    answer = await client.get("/calendrier.ics?famille=livre&commune=13055")

    calendar = icalendar.Calendar.from_ical(answer.content)
    [event] = calendar.walk("VEVENT")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=900, stale-while-revalidate=3600"
    assert calendar["X-WR-CALNAME"] == "Événements et festivals – Édition, Marseille"
    assert calendar["URL"] == f"{PUBLIC_URL}/calendrier.ics?famille=livre&commune=13055"
    assert {name: str(event[name]) for name in ("UID", "SEQUENCE", "STATUS", "SUMMARY", "LOCATION", "URL")} == {
        "UID": f"{salon['edition']}@calendar.events-api",
        "SEQUENCE": "4",
        "STATUS": "CONFIRMED",
        "SUMMARY": "Salon du livre </script>",
        "LOCATION": "Palais du Pharo, Marseille, 58 boulevard Charles Livon, 13007",
        "URL": f"{PUBLIC_URL}/evenements/salon-du-livre/2024",
    }
    assert (event["DTSTART"].to_ical(), event["DTEND"].to_ical()) == (b"20241025", b"20241029")
    assert "ORGANIZER" not in event
    assert (await client.get("/calendrier.ics?famille=livre&commune=13055")).content == answer.content


async def test_a_cancelled_event_stays_and_says_so(
    client: httpx.AsyncClient, salon: dict[str, Any], rows: asyncpg.Connection
) -> None:
    await rows.execute("update edition set status = 'cancelled' where public_id = $1", salon["edition"])

    [event] = icalendar.Calendar.from_ical((await client.get("/calendrier.ics")).content).walk("VEVENT")

    assert (event["STATUS"], event["SUMMARY"]) == ("CANCELLED", f"Annulé{NBSP}: Salon du livre </script>")
    assert '<p class="notice">Annulé</p>' in (await client.get("/evenements/salon-du-livre/2024")).text


async def test_whoever_kept_a_withdrawn_edition_learns_of_it(
    client: httpx.AsyncClient, salon: dict[str, Any], rows: asyncpg.Connection
) -> None:
    before = await client.get("/calendrier.ics")
    await rows.execute("update edition set retired_at = now(), mark = mark + 1 where public_id = $1", salon["edition"])

    after = await client.get("/calendrier.ics", headers={"if-none-match": before.headers["etag"]})

    [event] = icalendar.Calendar.from_ical(after.content).walk("VEVENT")
    assert (event["UID"], event["STATUS"]) == (f"{salon['edition']}@calendar.events-api", "CANCELLED")
    assert event["SUMMARY"] == f"Retiré de l’agenda{NBSP}: Salon du livre </script>"
    assert "URL" not in event
    assert (await client.get("/evenements/salon-du-livre/2024")).status_code == 404


@pytest.mark.parametrize("path", ["/calendrier.ics", "/evenements/salon-du-livre/2024/calendrier.ics"])
async def test_a_feed_that_has_not_changed_is_not_sent_again(
    client: httpx.AsyncClient, salon: dict[str, Any], rows: asyncpg.Connection, path: str
) -> None:
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    head = await client.head(path)
    await rows.execute(
        "update edition set summary_fr = 'Complet.', mark = mark + 1 where public_id = $1", salon["edition"]
    )
    changed = await client.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert head.headers["content-length"] == str(len(first.content))
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert b"Complet." in changed.content


async def test_feeds_of_other_filters_and_languages_have_other_tags(
    client: httpx.AsyncClient, salon: dict[str, Any]
) -> None:
    paths = ("/calendrier.ics", "/calendrier.ics?annee=2024", "/calendrier.ics?lang=en", "/calendrier.ics?q=salon")

    tags = [(await client.get(path)).headers["etag"] for path in paths]

    assert len(set(tags)) == 4
    assert b"LOCATION:Palais du Pharo" in (await client.get("/calendrier.ics?lang=en")).content


async def test_the_feed_does_not_depend_on_who_asks(client: httpx.AsyncClient, salon: dict[str, Any]) -> None:
    plain = await client.get("/calendrier.ics")
    other = await client.get("/calendrier.ics", headers={"accept-language": "en", "cookie": "lang=en"})

    assert plain.content == other.content
    assert "vary" not in plain.headers
    assert "set-cookie" not in plain.headers

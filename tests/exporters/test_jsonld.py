import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.programme import Audience, Status
from events_api.exporters import jsonld

PARIS = ZoneInfo("Europe/Paris")
ID = "0192f0c1-0000-7000-8000-000000000001"


def a_page(**changes: Any) -> jsonld.EventPage:
    values: dict[str, Any] = {
        "id": ID,
        "url": "https://exemple.fr/evenements/salon-du-livre/2024",
        "name": "Salon du Livre métropolitain 2024",
        "status": "scheduled",
        "start": dt.date(2024, 10, 25),
        "end": dt.date(2024, 10, 28),
        "family": "livre",
    }
    return jsonld.EventPage(**values | changes)


def test_all_that_is_known_is_said_and_nothing_else() -> None:
    page = a_page(
        audience="mixed",
        description="Une première édition.",
        place=jsonld.Place(
            commune="Marseille",
            name="Palais du Pharo",
            street="58 boulevard Charles Livon",
            postal_code="13007",
            latitude=43.2946,
            longitude=5.3587,
        ),
        organisers=(jsonld.Link(name="Métropole Aix-Marseille-Provence", url="https://exemple.fr"),),
        series=jsonld.Link(name="Salon du Livre métropolitain", url="https://exemple.fr/evenements/salon-du-livre"),
        sessions=(
            jsonld.Session(
                name="Lecture",
                start=dt.datetime(2024, 10, 26, 20, 30, tzinfo=PARIS),
                end=dt.datetime(2024, 10, 27, 3, 30, tzinfo=PARIS),
            ),
        ),
        keywords=("Édition",),
        capacity=900,
        free=False,
    )

    assert jsonld.event(page) == {
        "@context": "https://schema.org",
        "@type": "LiteraryEvent",
        "@id": f"urn:uuid:{ID}",
        "identifier": ID,
        "name": "Salon du Livre métropolitain 2024",
        "description": "Une première édition.",
        "url": "https://exemple.fr/evenements/salon-du-livre/2024",
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
            "geo": {"@type": "GeoCoordinates", "latitude": 43.2946, "longitude": 5.3587},
        },
        "organizer": [
            {"@type": "Organization", "name": "Métropole Aix-Marseille-Provence", "url": "https://exemple.fr"}
        ],
        "superEvent": {
            "@type": "EventSeries",
            "name": "Salon du Livre métropolitain",
            "url": "https://exemple.fr/evenements/salon-du-livre",
        },
        "subEvent": [
            {
                "@type": "Event",
                "name": "Lecture",
                "startDate": "2024-10-26T20:30:00+02:00",
                "endDate": "2024-10-27T03:30:00+01:00",
            }
        ],
        "maximumAttendeeCapacity": 900,
        "isAccessibleForFree": False,
        "keywords": ["Édition"],
    }
    assert jsonld.event(a_page()) == {
        "@context": "https://schema.org",
        "@type": "LiteraryEvent",
        "@id": f"urn:uuid:{ID}",
        "identifier": ID,
        "name": "Salon du Livre métropolitain 2024",
        "url": "https://exemple.fr/evenements/salon-du-livre/2024",
        "inLanguage": "fr",
        "startDate": "2024-10-25",
        "endDate": "2024-10-28",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
    }


def test_no_date_no_block() -> None:
    assert jsonld.event(a_page(start=None, end=None)) is None


@pytest.mark.parametrize(
    ("status", "written"),
    [
        ("scheduled", "EventScheduled"),
        ("rescheduled", "EventRescheduled"),
        ("moved_online", "EventMovedOnline"),
        ("postponed", "EventPostponed"),
        ("full", "EventScheduled"),
        ("cancelled", "EventCancelled"),
    ],
)
def test_status(status: Status, written: str) -> None:
    document = jsonld.event(a_page(status=status, previous_start=dt.date(2024, 9, 1)))

    assert document is not None
    assert document["eventStatus"] == f"https://schema.org/{written}"
    assert document.get("previousStartDate") == ("2024-09-01" if status == "rescheduled" else None)
    assert ("offers" in document) == (status == "full")
    assert document.get("location") == (
        {"@type": "VirtualLocation", "url": "https://exemple.fr/evenements/salon-du-livre/2024"}
        if status == "moved_online"
        else None
    )


@pytest.mark.parametrize(
    ("family", "audience", "kind"),
    [
        ("musique_spectacle_vivant", "public", "Festival"),
        ("musique_spectacle_vivant", "professional", "BusinessEvent"),
        ("cinema_audiovisuel", None, "ScreeningEvent"),
        ("mode_creation", "mixed", "Event"),
        ("added_by_an_administrator", None, "Event"),
    ],
)
def test_type_follows_audience_and_family(family: str, audience: Audience | None, kind: str) -> None:
    document = jsonld.event(a_page(family=family, audience=audience))

    assert document is not None
    assert document["@type"] == kind


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_leaves_the_script_element(text: str) -> None:
    document = {"name": text + "</script><!--\u2028&"}

    written = jsonld.script(document)

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == document

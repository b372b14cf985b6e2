"""The page of an assessment, rendered from the worked example by the gallery."""

import re
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from dashboards.impact.board import impact_board
from events_api.exporters.csv import RFC4180
from events_api.handlers.impact_facts import table_csv
from tests.browser.gallery import create
from tests.dashboards.impact_sample import a_run, the_facts

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
async def reader() -> AsyncIterator[AsyncClient]:
    """Somebody who reads French."""
    async with AsyncClient(
        transport=ASGITransport(create()), base_url="https://events.test", headers={"accept-language": "fr"}
    ) as client:
        yield client


async def test_the_page_leads_with_the_net_primary_impact_and_each_number_leads_to_its_node(
    reader: AsyncClient,
) -> None:
    page = (await reader.get("/gallery/impact/A")).text

    links = re.findall(r'<a class="node" data-node="(\w+)" href="([^"]+)">([^<]+)</a>', page)
    assert [link[::2] for link in links[:5]] == [
        ("p50_net_primary_impact", f"440{NBSP}k€ [240–660]"),
        ("kappa_alt", "0"),
        ("p50_extended_net_primary_impact", f"760{NBSP}k€ [530–1\u202f000]"),
        ("extended_kappa", "0,25"),
        ("p50_beta_breakeven", f"43{NBSP}% [29{NBSP}%{NBSP}–{NBSP}79{NBSP}%]"),
    ]
    assert links[0][1] == "/gallery/impact/A?node=p50_net_primary_impact"
    assert {"added_multiplier", "lev_net_metro", "revenue_ticketing", "change_spend_scale", "kg_per_visitor_C"} <= {
        key for key, _, _ in links
    }
    assert re.findall(r'<h2 id="(\w+)-heading">', page) == [
        "cascade", "leverage", "spread", "tornado", "funding", "journeys", "funnel", "trend", "footprints",
    ]  # fmt: skip
    assert "n’est plus à jour" not in page
    assert "non mesuré comme un fait" not in page


async def test_the_foot_says_what_the_figures_can_be_made_again_from(reader: AsyncClient) -> None:
    page = (await reader.get("/gallery/impact/A")).text

    assert dict(
        re.findall(
            r"<dt>([^<]+)</dt><dd>(?:<(?:code|time|a)[^>]*>)?([^<]+)(?:</\w+>)?</dd>", page[page.index('id="made"') :]
        )
    ) == {
        "Calculé le": "2 novembre 2026 à 10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30",
        "Spécification": "AMP-IMPACT/1",
        "Hypothèses": "AMP 2026, version 3",
        "Version du code": "0.1.0",
        "Empreinte des paramètres": "a3f1" * 16,
        "Empreinte des données": "0c9e" * 16,
        "Graine des tirages": "20240601",
        "Tirages": "100\u202f000",
    }


async def test_what_is_out_of_date_declared_or_not_said_is_told_before_the_charts(reader: AsyncClient) -> None:
    page = (await reader.get("/gallery/impact/E")).text

    before = page[: page.index('id="cascade"')]
    assert "Cette évaluation n’est plus à jour." in before
    assert "non mesuré comme un fait" in before
    assert "Les aides en nature de la métropole ne sont pas dites" in before
    assert "IMP-11, AMP-IMPACT/1 §2.1" in before


def test_a_downloaded_table_names_the_nodes_of_its_rows() -> None:
    board = impact_board(the_facts(a_run(in_kind={"metropole": 40_000.0})), "en")
    funding = next(drawing.table for drawing in board.drawings if drawing.id == "funding")

    lines = table_csv(funding, "en", RFC4180).decode().splitlines()

    assert [lines[0], lines[1], lines[2], lines[-1]] == [
        "Line,Euros,Euros – value,Share of the budget,Share of the budget – value,Kind,nodes",
        '"Budget, all lines","€1,800,000",1800000.0,100%,1.0,total paid,budget budget_share',
        'Billetterie,"€820,000",820000.0,46%,0.45555555555555555,paid,revenue_ticketing budget_share_ticketing',
        '"Metropole, en nature","€40,000",40000.0,—,,in kind,in_kind_metropole',
    ]

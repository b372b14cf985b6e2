"""What a process pool calls: facts in, the dashboard in both languages out, with the figures, drawings and tables."""

from typing import Any

import msgspec

from dashboards.builders import Dashboard, edition_dashboard, year_dashboard
from dashboards.facts import YearFacts
from dashboards.figures import figure
from dashboards.measures import MEASURES, ChartSpec, Language
from dashboards.queries.facts import EditionInput
from dashboards.svg import render_svg
from dashboards.tables import chart_table

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def render_year(facts_json: bytes) -> bytes:
    """The dashboard of a year; the same input gives the same bytes."""
    facts = msgspec.json.decode(facts_json, type=YearFacts)
    return _encoded({language: year_dashboard(facts, language) for language in LANGUAGES})


def render_edition(input_json: bytes) -> bytes:
    """The dashboard of an edition; the same input gives the same bytes."""
    data = msgspec.json.decode(input_json, type=EditionInput)
    return _encoded(
        {
            language: edition_dashboard(
                data.edition,
                history=data.history,
                family=data.family.read(language)[0],
                territory=data.territory,
                language=language,
            )
            for language in LANGUAGES
        }
    )


def _encoded(dashboards: dict[Language, Dashboard]) -> bytes:
    return msgspec.json.encode({language: _content(one) for language, one in dashboards.items()}, order="deterministic")


def _content(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as plain values: each chart with its sentence, its figure, its drawing and its table."""
    content: dict[str, Any] = msgspec.to_builtins(dashboard)
    for section, plain in zip(dashboard.sections, content["sections"], strict=True):
        plain["charts"] = [_chart(spec) for spec in section.charts]
    content["measures"] = [
        {
            "id": name,
            **{
                part: getattr(MEASURES[name], part).read(dashboard.language)[0]
                for part in ("label", "unit", "grain", "formula", "source", "caveat")
            },
        }
        for name in dashboard.measures
    ]
    del content["computed_at"], content["watermark"]
    return content


def _chart(spec: ChartSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "measure": spec.measure,
        "title": spec.title,
        "sentence": spec.summary,
        "figure": figure(spec),
        "svg": render_svg(spec),
        "table": msgspec.to_builtins(chart_table(spec)),
    }

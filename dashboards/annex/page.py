"""AnnexData -> one HTML document that needs nothing else: no script, no font, no request."""

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboards.annex import AnnexData
from dashboards.annex.content import FRENCH, document, grade_parts
from dashboards.measures import ChartSpec
from dashboards.svg import NARROW, render_svg


def annex_html(data: AnnexData) -> bytes:
    """The annex as a page: readable at 320 pixels, in the dark, on paper and by a screen reader."""
    text: str = _template().render(annex=document(data), language=FRENCH)
    return text.encode()


@functools.cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("dashboards.annex", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wide"] = _wide
    environment.filters["narrow"] = _narrow
    environment.filters["grade_parts"] = grade_parts
    return environment.get_template("annex.html")


def _wide(spec: ChartSpec) -> str:
    return render_svg(spec)


def _narrow(spec: ChartSpec) -> str:
    return render_svg(spec, width=NARROW)

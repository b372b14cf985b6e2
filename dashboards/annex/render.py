"""The one function that a process pool calls: frozen data in, every form of the annex out."""

import msgspec

from dashboards.annex import AnnexData
from dashboards.annex.lines import annex_csv
from dashboards.annex.page import annex_html
from dashboards.annex.pdf import annex_pdf


def render_annex(data_json: bytes) -> dict[str, bytes]:
    """The annex as pdf, html and csv; the same input gives the same bytes."""
    data = msgspec.json.decode(data_json, type=AnnexData)
    return {"pdf": annex_pdf(data), "html": annex_html(data), "csv": annex_csv(data)}

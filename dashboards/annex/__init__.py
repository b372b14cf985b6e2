"""The yearly annex: AnnexData -> PDF, HTML and CSV."""

from datetime import datetime

from msgspec import Struct

from dashboards.facts import YearFacts


class AnnexData(Struct, frozen=True, kw_only=True):
    """One frozen version of the annex of a year: everything that its documents say comes from here."""

    facts: YearFacts
    version: int
    frozen_at: datetime
    publisher: str

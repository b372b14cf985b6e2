"""Files of assessments, and charts of them that are shared: what is there, and what cannot be given."""

import datetime as dt
from uuid import UUID

from msgspec import Struct

from events_api.domain.errors import AbsentError, ConflictError
from events_api.domain.records import Instant


class ImpactNotComputed(ConflictError):
    """An assessment without a result: it waits, it failed, or the model refused what was entered."""


class ImpactChartAbsent(AbsentError):
    """An assessment has no chart of this name; `there` lists those that it has."""


class ImpactTableAbsent(AbsentError):
    """An assessment has no table of this name; `there` lists those that it has."""


class ChartShare(Struct, frozen=True, kw_only=True):
    """A chart of an assessment that anybody may see at an address; `url` is that address on this site."""

    id: UUID
    edition_id: UUID
    assessment: int
    chart: str
    token: str
    created_by: UUID | None
    created_at: Instant
    withdrawn_by: UUID | None
    withdrawn_at: Instant | None


class SharedChart(Struct, frozen=True, kw_only=True):
    """A share as a partner's page meets it: which assessment it shows, of what, and what became of both."""

    token: str
    chart: str
    withdrawn: bool
    edition_id: UUID
    assessment_id: UUID
    number: int
    latest: int
    latest_at: dt.datetime
    event_path: str | None

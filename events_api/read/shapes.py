"""How each kind of record lies in its table: one description from which reading and writing take their SQL."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from events_api.domain import accounts, attendance, festivals, programme, subsidies
from events_api.domain.records import Entity
from events_api.domain.tickets import evidence, profiles

T = TypeVar("T", bound=Entity)
_COLUMNS: dict[type[Entity], str] = {}


class Reference(msgspec.Struct, frozen=True):
    """A field that holds a public identifier of another record, kept as its internal key.

    What is `immutable` is never withdrawn; of other records only one that stands may be named anew.
    """

    table: str
    column: str
    immutable: bool = False


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """A field that lists public identifiers, kept as rows of a table of links."""

    link_table: str
    owner_column: str
    column: str
    table: str
    fixed: tuple[tuple[str, str], ...] = ()
    ordered: bool = True


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """A field that lists small Structs, kept as rows of a child table; `references` as in Shape."""

    row_table: str
    owner_column: str
    kind: type[msgspec.Struct]
    references: dict[str, Reference] = {}
    order: str


class Shape(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """`subject` names the kind in the audit trail; `casts` are column types read as another type; `json` fields lie as
    jsonb of this type; `computed` fields are SQL expressions that are read and never written; `hidden` fields never
    leave the store; `personal` are encrypted in the trail under the key of the person that `person` names ("self" or a
    field); a record of which one of the queries `standing` finds something cannot be withdrawn."""

    kind: type[T]
    table: str
    subject: str
    references: dict[str, Reference] = {}
    links: dict[str, Links] = {}
    rows: dict[str, Rows] = {}
    casts: dict[str, str] = {}
    json: dict[str, Any] = {}
    computed: dict[str, str] = {}
    sorted_by: str | None = None
    hidden: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    person: str | None = None
    standing: tuple[str, ...] = ()

    @property
    def plain(self) -> tuple[str, ...]:
        """The fields that are columns of the same name."""
        special = self.references.keys() | self.links.keys() | self.rows.keys() | self.computed.keys()
        return tuple(name for name in self.kind.__struct_fields__ if name not in special and name != "id")

    @property
    def columns(self) -> str:
        """The select list that gives the fields of the record, from the table under the alias `t`."""
        known = _COLUMNS.get(self.kind)
        if known is None:
            known = _COLUMNS[self.kind] = self._written_columns()
        return known

    def _written_columns(self) -> str:
        parts = ["t.public_id as id"]
        parts += [f"t.{name}::{self.casts[name]}" if name in self.casts else f"t.{name}" for name in self.plain]
        parts += [f"{expression} as {name}" for name, expression in self.computed.items()]
        parts += [
            f"(select r.public_id from {ref.table} r where r.id = t.{ref.column}) as {name}"
            for name, ref in self.references.items()
        ]
        for name, links in self.links.items():
            fixed = "".join(f" and l.{column} = '{value}'" for column, value in links.fixed)
            order = "l.position, l." + links.column if links.ordered else "l." + links.column
            parts.append(
                f"array(select r.public_id from {links.link_table} l join {links.table} r on r.id = l.{links.column}"
                f" where l.{links.owner_column} = t.id{fixed} order by {order}) as {name}"
            )
        for name, rows in self.rows.items():
            values = ", ".join(
                f"'{field}', (select r.public_id from {rows.references[field].table} r"
                f" where r.id = c.{rows.references[field].column})"
                if field in rows.references
                else f"'{field}', c.{field}"
                for field in rows.kind.__struct_fields__
            )
            parts.append(
                f"(select coalesce(json_agg(json_build_object({values}) order by {rows.order}), '[]'::json)"
                f" from {rows.row_table} c where c.{rows.owner_column} = t.id) as {name}"
            )
        return ", ".join(parts)


def record_of(shape: Shape[T], row: Iterable[tuple[str, Any]]) -> T:
    """Turn a row that was selected with `shape.columns` into its record."""
    values = dict(row)
    for name, kind in shape.json.items():
        values[name] = None if values[name] is None else msgspec.json.decode(values[name], type=kind)
    for name, rows in shape.rows.items():
        values[name] = msgspec.json.decode(values[name], type=list[rows.kind])  # type: ignore[name-defined]
    return shape.kind(**values)


FAMILY = Shape(
    kind=programme.Family,
    table="family",
    subject="family",
    standing=("select from event s where s.family_id = t.id and s.retired_at is null",),
)
ROADMAP_ACTION = Shape(
    kind=programme.RoadmapAction,
    table="roadmap_action",
    subject="roadmap_action",
    standing=(
        (
            "select from event_action l join event s on s.id = l.event_id"
            " where l.roadmap_action_id = t.id and s.retired_at is null"
        ),
    ),
)
ORGANISATION = Shape(
    kind=programme.Organisation,
    table="organisation",
    subject="organisation",
    references={"merged_into_id": Reference("organisation", "merged_into_id")},
    sorted_by="name",
    standing=(
        (
            "select from event_party l join event s on s.id = l.event_id"
            " where l.organisation_id = t.id and s.retired_at is null"
        ),
        "select from attendance_report s where s.organisation_id = t.id and s.retired_at is null",
        "select from subsidy s where t.id in (s.organisation_id, s.funder_id) and s.retired_at is null",
        "select from funding_line s where s.funder_id = t.id and s.retired_at is null",
    ),
)
PLACE = Shape(
    kind=programme.Place,
    table="place",
    subject="place",
    sorted_by="name",
    standing=(
        (
            "select from edition_place l join edition s on s.id = l.edition_id"
            " where l.place_id = t.id and s.retired_at is null"
        ),
        "select from session s where s.place_id = t.id and s.retired_at is null",
    ),
)


def _party(role: str) -> Links:
    return Links(
        link_table="event_party",
        owner_column="event_id",
        column="organisation_id",
        table="organisation",
        fixed=(("role", role),),
    )


EVENT = Shape(
    kind=programme.Event,
    table="event",
    subject="event",
    references={
        "family_id": Reference("family", "family_id"),
        "merged_into_id": Reference("event", "merged_into_id"),
    },
    links={
        "organiser_ids": _party("organiser"),
        "partner_ids": _party("partner"),
        "funder_ids": _party("funder"),
        "roadmap_action_ids": Links(
            link_table="event_action",
            owner_column="event_id",
            column="roadmap_action_id",
            table="roadmap_action",
            ordered=False,
        ),
    },
    sorted_by="name",
    standing=("select from edition s where s.event_id = t.id and s.retired_at is null",),
)
EDITION = Shape(
    kind=programme.Edition,
    table="edition",
    subject="edition",
    references={"event_id": Reference("event", "event_id")},
    links={
        "place_ids": Links(link_table="edition_place", owner_column="edition_id", column="place_id", table="place"),
    },
    standing=(
        (
            "select from attendance_report s"
            " where s.edition_id = t.id and s.submitted_versions > 0 and s.retired_at is null"
        ),
        (
            "select from subsidy_allocation l join subsidy s on s.id = l.subsidy_id"
            " where l.edition_id = t.id and s.state not in ('refused', 'withdrawn') and s.retired_at is null"
        ),
    ),
)
SESSION = Shape(
    kind=programme.Session,
    table="session",
    subject="session",
    references={"edition_id": Reference("edition", "edition_id"), "place_id": Reference("place", "place_id")},
)
ACCOUNT = Shape(
    kind=accounts.Account,
    table="account",
    subject="account",
    personal=frozenset({"email", "display_name"}),
    person="self",
)
MEMBERSHIP = Shape(
    kind=accounts.Membership,
    table="membership",
    subject="membership",
    references={
        "account_id": Reference("account", "account_id"),
        "organisation_id": Reference("organisation", "organisation_id"),
    },
)
API_TOKEN = Shape(
    kind=accounts.ApiToken,
    table="api_token",
    subject="api_token",
    references={
        "organisation_id": Reference("organisation", "organisation_id"),
        "edition_id": Reference("edition", "edition_id"),
    },
)
EDITION_FIGURE = Shape(
    kind=attendance.EditionFigure,
    table="edition_figure",
    subject="edition_figure",
    references={
        "edition_id": Reference("edition", "edition_id"),
        "report_version_id": Reference("attendance_report_version", "report_version_id", immutable=True),
        "replaces_id": Reference("edition_figure", "replaces_id"),
    },
    casts={"value": "float8"},
)
PROGRAMME_FIGURE = Shape(
    kind=attendance.ProgrammeFigure,
    table="programme_figure",
    subject="programme_figure",
    references={"organisation_id": Reference("organisation", "organisation_id")},
    casts={"value": "float8"},
    standing=("select from figure_conflict s where t.id in (s.first_id, s.second_id) and s.retired_at is null",),
)
FIGURE_CONFLICT = Shape(
    kind=attendance.FigureConflict,
    table="figure_conflict",
    subject="figure_conflict",
    references={
        "first_id": Reference("programme_figure", "first_id"),
        "second_id": Reference("programme_figure", "second_id"),
    },
)
ATTENDANCE_REPORT = Shape(
    kind=attendance.AttendanceReport,
    table="attendance_report",
    subject="attendance_report",
    references={
        "edition_id": Reference("edition", "edition_id"),
        "organisation_id": Reference("organisation", "organisation_id"),
    },
)
ATTENDANCE_ESTIMATE = Shape(
    kind=evidence.AttendanceEstimate,
    table="attendance_estimate",
    subject="attendance_estimate",
    references={"edition_id": Reference("edition", "edition_id")},
    json={
        "inputs": dict[str, Any],
        "result": dict[str, Any],
        "figures": list[evidence.ProposedFigure],
        "figure_ids": list[UUID],
    },
)
CALL = Shape(
    kind=subsidies.Call,
    table="call",
    subject="call",
    json={"weights": list[subsidies.Weight]},
    standing=("select from subsidy s where s.call_id = t.id and s.retired_at is null",),
)
_COMMITTED = (
    "(select coalesce(sum(s.granted_cents), 0)::bigint from subsidy s where s.envelope_id = t.id"
    f" and s.retired_at is null and s.state in ({', '.join(repr(state) for state in sorted(subsidies.GRANTED))}))"
)
ENVELOPE = Shape(
    kind=subsidies.Envelope,
    table="envelope",
    subject="envelope",
    computed={"committed_cents": _COMMITTED, "left_cents": f"(t.amount_cents - {_COMMITTED})"},
    standing=("select from subsidy s where s.envelope_id = t.id and s.retired_at is null",),
)
SUBSIDY = Shape(
    kind=subsidies.Subsidy,
    table="subsidy",
    subject="subsidy",
    references={
        "organisation_id": Reference("organisation", "organisation_id"),
        "call_id": Reference("call", "call_id"),
        "envelope_id": Reference("envelope", "envelope_id"),
        "funder_id": Reference("organisation", "funder_id"),
    },
    rows={
        "years": Rows(row_table="subsidy_year", owner_column="subsidy_id", kind=subsidies.BudgetYear, order="c.year"),
        "allocations": Rows(
            row_table="subsidy_allocation",
            owner_column="subsidy_id",
            kind=subsidies.Allocation,
            references={"edition_id": Reference("edition", "edition_id")},
            order="(select r.public_id from edition r where r.id = c.edition_id)",
        ),
    },
)
FUNDING_LINE = Shape(
    kind=subsidies.FundingLine,
    table="funding_line",
    subject="funding_line",
    references={
        "edition_id": Reference("edition", "edition_id"),
        "funder_id": Reference("organisation", "funder_id"),
    },
)
FESTIVAL_CANDIDATE = Shape(
    kind=festivals.FestivalCandidate,
    table="festival_candidate",
    subject="festival_candidate",
    references={"matched_event_id": Reference("event", "matched_event_id")},
    sorted_by="name",
)
IMPORT_PROFILE = Shape(
    kind=profiles.ImportProfile,
    table="import_profile",
    subject="import_profile",
    references={"organisation_id": Reference("organisation", "organisation_id")},
    json={"mapping": profiles.Profile},
)
_PROGRAMME: tuple[Shape[Any], ...] = (FAMILY, ROADMAP_ACTION, ORGANISATION, PLACE, EVENT, EDITION, SESSION)
_ATTENDANCE: tuple[Shape[Any], ...] = (
    EDITION_FIGURE,
    PROGRAMME_FIGURE,
    FIGURE_CONFLICT,
    ATTENDANCE_REPORT,
    ATTENDANCE_ESTIMATE,
)
_MONEY: tuple[Shape[Any], ...] = (CALL, ENVELOPE, SUBSIDY, FUNDING_LINE)
_PEOPLE: tuple[Shape[Any], ...] = (ACCOUNT, MEMBERSHIP, API_TOKEN)
_ALL = (*_PROGRAMME, *_ATTENDANCE, *_MONEY, *_PEOPLE, FESTIVAL_CANDIDATE, IMPORT_PROFILE)
SHAPES: dict[type[Entity], Shape[Any]] = {shape.kind: shape for shape in _ALL}

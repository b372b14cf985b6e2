"""How each kind of record lies in its table: one description from which reading and writing take their SQL."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec

from events_api.domain import accounts, programme
from events_api.domain.records import Entity

T = TypeVar("T", bound=Entity)
_COLUMNS: dict[type[Entity], str] = {}


class Reference(msgspec.Struct, frozen=True):
    """A field that holds a public identifier of another record, kept as its internal key."""

    table: str
    column: str
    edition_owned: bool = False


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
    """`subject` names the kind in the audit trail; `hidden` fields never leave the store; `personal` are encrypted
    in the trail under the key of the person that `person` names ("self" or a field)."""

    kind: type[T]
    table: str
    subject: str
    references: dict[str, Reference] = {}
    links: dict[str, Links] = {}
    rows: dict[str, Rows] = {}
    sorted_by: str | None = None
    edition_owned: bool = False
    hidden: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    person: str | None = None

    @property
    def plain(self) -> tuple[str, ...]:
        """The fields that are columns of the same name."""
        special = self.references.keys() | self.links.keys() | self.rows.keys()
        return tuple(name for name in self.kind.__struct_fields__ if name not in special and name != "id")

    @property
    def columns(self) -> str:
        """The select list that gives the fields of the record, from the table under the alias `t`."""
        known = _COLUMNS.get(self.kind)
        if known is None:
            known = _COLUMNS[self.kind] = self._written_columns()
        return known

    def _written_columns(self) -> str:
        parts = ["t.public_id as id", *(f"t.{name}" for name in self.plain)]
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
    for name, rows in shape.rows.items():
        values[name] = msgspec.json.decode(values[name], type=list[rows.kind])  # type: ignore[name-defined]
    return shape.kind(**values)


FAMILY = Shape(kind=programme.Family, table="family", subject="family")
ROADMAP_ACTION = Shape(kind=programme.RoadmapAction, table="roadmap_action", subject="roadmap_action")
ORGANISATION = Shape(
    kind=programme.Organisation,
    table="organisation",
    subject="organisation",
    references={"merged_into_id": Reference("organisation", "merged_into_id")},
    sorted_by="name",
)
PLACE = Shape(kind=programme.Place, table="place", subject="place", sorted_by="name")


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
)
EDITION = Shape(
    kind=programme.Edition,
    table="edition",
    subject="edition",
    references={"event_id": Reference("event", "event_id")},
    links={
        "place_ids": Links(link_table="edition_place", owner_column="edition_id", column="place_id", table="place"),
    },
)
SESSION = Shape(
    kind=programme.Session,
    table="session",
    subject="session",
    references={"edition_id": Reference("edition", "edition_id"), "place_id": Reference("place", "place_id")},
    edition_owned=True,
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
_ALL: tuple[Shape[Any], ...] = (
    *(FAMILY, ROADMAP_ACTION, ORGANISATION, PLACE, EVENT, EDITION, SESSION),
    *(ACCOUNT, MEMBERSHIP, API_TOKEN),
)
SHAPES: dict[type[Entity], Shape[Any]] = {shape.kind: shape for shape in _ALL}

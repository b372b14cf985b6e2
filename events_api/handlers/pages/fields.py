"""From the Struct of a request to the fields of a form, and from what a person typed back to its values."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

import msgspec
from litestar.datastructures import FormMultiDict
from msgspec import NODEFAULT, Struct, inspect

from events_api.domain.errors import DomainError
from events_api.handlers.pages.base import ZONE
from events_api.text.catalogue import sentence
from events_api.text.formats import Language
from events_api.text.interface import TEXTS, text

Kind = Literal[
    "line", "text", "number", "decimal", "money", "date", "time", "choice", "flag", "reference", "rows", "last_day"
]

SOURCES: Final = {
    "family_id": "family",
    "roadmap_action_ids": "roadmap_action",
    "commune_insee": "commune",
    "organisation_id": "organisation",
    "organiser_ids": "organisation",
    "partner_ids": "organisation",
    "funder_ids": "organisation",
    "funder_id": "organisation",
    "event_id": "event",
    "edition_id": "edition",
    "place_id": "place",
    "place_ids": "place",
    "call_id": "call",
    "envelope_id": "envelope",
    "account_id": "account",
}
"""Which records a field names."""

SHORT: Final = frozenset({"family", "roadmap_action", "commune", "call", "envelope"})
"""Sources short enough to be offered whole; of the others a name is typed, with suggestions."""

GROUPS: Final = {
    "status": "event_status",
    "nature": "subsidy_nature",
    "state": "editorial_state",
    "kind": "session_kind",
}
"""The labels of a closed list, where they are not named after the field."""

_SPACES: Final = re.compile("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]")


class Field(Struct, frozen=True, kw_only=True):
    """One field of a form; `many` holds a list, `members` are the columns of small rows."""

    name: str
    kind: Kind
    type: Any
    required: bool
    nullable: bool
    default: Any
    many: bool = False
    multiline: bool = False
    options: tuple[str, ...] = ()
    members: "tuple[Field, ...]" = ()
    row: Any = None
    """The Struct of one row."""

    @property
    def group(self) -> str:
        """The group of labels of a choice."""
        return GROUPS.get(self.name, self.name)

    @property
    def source(self) -> str:
        """The records that a reference names."""
        return SOURCES[self.name]

    @property
    def short(self) -> bool:
        """Whether every record that may be named is offered."""
        return self.source in SHORT


Choices = Mapping[str, Mapping[str, str]]
"""By source: what a person reads, by identifier."""


def fields_of(kind: type[Struct], *, leave_out: frozenset[str] = frozenset()) -> tuple[Field, ...]:
    """Derive the fields of a form from the Struct that the API takes."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101  # narrows the type
    hints = {field.name: field.type for field in msgspec.structs.fields(kind)}
    return tuple(_field(of, hints[of.name]) for of in described.fields if of.name not in leave_out)


def _field(of: inspect.Field, hint: Any) -> Field:  # an annotation may be anything
    info, nullable = _bare(of.type)
    many = isinstance(info, inspect.ListType)
    members: tuple[Field, ...] = ()
    row: Any = None
    if isinstance(info, inspect.ListType):
        info, _ = _bare(info.item_type)
    if isinstance(info, inspect.StructType):
        members, row = fields_of(info.cls), info.cls
    default = of.default_factory() if of.default_factory is not NODEFAULT else of.default
    return Field(
        name=of.name,
        kind="rows" if members else _kind(of.name, info),
        type=hint,
        required=of.required,
        nullable=nullable,
        default=None if default is NODEFAULT else default,
        many=many,
        multiline=isinstance(info, inspect.StrType) and (info.max_length or 0) >= 1000,
        options=tuple(str(value) for value in info.values) if isinstance(info, inspect.LiteralType) else (),
        members=members,
        row=row,
    )


def _bare(info: inspect.Type) -> tuple[inspect.Type, bool]:
    nullable = False
    if isinstance(info, inspect.UnionType):
        nullable = any(isinstance(part, inspect.NoneType) for part in info.types)
        info = next(part for part in info.types if not isinstance(part, inspect.NoneType))
    while isinstance(info, inspect.Metadata):
        info = info.type
    return info, nullable


def _kind(name: str, info: inspect.Type) -> Kind:
    kinds: dict[type[inspect.Type], Kind] = {
        inspect.LiteralType: "choice",
        inspect.BoolType: "flag",
        inspect.DateType: "date",
        inspect.TimeType: "time",
        inspect.FloatType: "decimal",
        inspect.DateTimeType: "last_day",
    }
    if name in SOURCES:
        return "reference"
    if isinstance(info, inspect.IntType):
        return "money" if name.endswith("_cents") else "number"
    if isinstance(info, inspect.StrType) and (info.max_length or 0) >= 1000:
        return "text"
    return kinds.get(type(info), "line")


# From a record to what is shown


def shown(fields: Sequence[Field], record: Struct, choices: Choices) -> dict[str, Any]:
    """Write the values of a record as a person would type them."""
    return {field.name: _shown(field, getattr(record, field.name), choices) for field in fields}


def _shown(field: Field, value: Any, choices: Choices) -> Any:  # any value of any record
    if field.kind == "rows":
        return [shown(field.members, row, choices) for row in value]
    if field.many:
        return [_one_shown(field, item, choices) for item in value]
    return _one_shown(field, value, choices)


def _one_shown(field: Field, value: Any, choices: Choices) -> str:
    if value is None:
        return ""
    written = str(value)
    match field.kind:
        case "reference" if not field.short:
            written = choices[field.source].get(written, "")
        case "money":
            written = f"{Decimal(value).scaleb(-2):f}".replace(".", ",")
        case "decimal":
            written = written.replace(".", ",")
        case "time":
            written = value.strftime("%H:%M")
        case "last_day":
            written = value.astimezone(ZONE).date().isoformat()
        case "flag":
            written = "yes" if value else ""
    return written


# From what was typed to values


class Typed(Struct, frozen=True):
    """What a person sent: the text of each field, the values read, and one sentence for each that cannot be."""

    texts: Mapping[str, Any]
    values: Mapping[str, Any]
    errors: Mapping[str, str]


def typed(
    fields: Sequence[Field], form: FormMultiDict, choices: Choices, language: Language, *, prefix: str = ""
) -> Typed:
    """Read every field, so that all that is wrong is said at once."""
    texts: dict[str, Any] = {}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in fields:
        if field.kind == "rows":
            rows = _rows(field, form, choices, language, prefix + field.name)
            texts[field.name], values[field.name] = rows.texts["rows"], rows.values["rows"]
            errors |= rows.errors
            continue
        written = [str(item).replace("\r\n", "\n").strip() for item in form.getall(prefix + field.name, [])]
        texts[field.name] = written if field.many else next(iter(written), "")
        try:
            values[field.name] = _value(field, [item for item in written if item], choices)
        except _Unreadable as error:
            errors[prefix + field.name] = _explained(error, field.name, language)
    return Typed(texts, values, errors)


def _rows(field: Field, form: FormMultiDict, choices: Choices, language: Language, name: str) -> Typed:
    texts: list[Mapping[str, Any]] = []
    values: list[Mapping[str, Any]] = []
    errors: dict[str, str] = {}
    names = {key for key, _ in form.multi_items()}
    for rank in range(200):
        prefix = f"{name}-{rank}-"
        if not any(key.startswith(prefix) for key in names):
            break
        row = typed(field.members, form, choices, language, prefix=prefix)
        if any(row.texts.values()):
            # a row that moves up because an earlier one is empty keeps its errors beside it
            errors |= {key.replace(prefix, f"{name}-{len(texts)}-"): said for key, said in row.errors.items()}
            texts.append(row.texts)
            values.append(row.values)
    if field.nullable and not values:
        return Typed({"rows": texts}, {"rows": None}, errors)
    read = values if errors else msgspec.convert(values, list[field.row])  # type: ignore[name-defined]  # a type made at run time
    return Typed({"rows": texts}, {"rows": read}, errors)


class _Unreadable(Exception):
    """A text that is not the value its field asks for."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


def _value(field: Field, written: list[str], choices: Choices) -> Any:  # any value of any record
    if field.kind == "flag":
        return bool(written)
    if not written:
        if field.required:
            raise _Unreadable("missing")
        return [] if field.many else None if field.nullable else field.default
    read = [_read(field, item, choices) for item in written]
    value = read if field.many else read[0]
    try:
        return msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        longest = re.search(r"of length <= (\d+)", str(error))
        if longest and not field.many:
            raise _Unreadable("length", n=longest[1]) from None
        bound = re.search(r"`(?:int|float)` (>=|<=) (-?[\d.]+)", str(error))
        if bound:
            least = _written_bound(field, bound[2])
            raise _Unreadable("least" if bound[1] == ">=" else "most", n=least) from None
        raise _Unreadable(field.kind if f"invalid.{field.kind}" in TEXTS else "line") from None


def _written_bound(field: Field, bound: str) -> str:
    return str(Decimal(bound).scaleb(-2)) if field.kind == "money" else bound.removesuffix(".0")


def _read(field: Field, written: str, choices: Choices) -> Any:  # any value of any record
    match field.kind:
        case "number" | "money":
            return _number(written, field.kind, 2 if field.kind == "money" else 0)
        case "decimal":
            return _decimal(written)
        case "time":
            return f"{written}:00" if written.count(":") == 1 else written
        case "last_day":
            return _end_of(written)
        case "reference":
            return _named(written, choices[field.source])
    return written


def _number(written: str, kind: str, places: int) -> int:
    """Read a whole number, or euros as cents, with the spaces, commas and signs that people write."""
    bare = _SPACES.sub("", written).rstrip("€").replace(",", ".")
    try:
        shifted = Decimal(bare).scaleb(places)
    except InvalidOperation:
        raise _Unreadable(kind) from None
    if not shifted.is_finite() or shifted != shifted.to_integral_value() or abs(shifted) > 10**18:
        raise _Unreadable(kind)
    return int(shifted)


def _decimal(written: str) -> float:
    try:
        value = float(_SPACES.sub("", written).replace(",", "."))
    except ValueError:
        raise _Unreadable("decimal") from None
    if not math.isfinite(value):
        raise _Unreadable("decimal")
    return value


def _end_of(day: str) -> dt.datetime:
    """The last second of a day of the métropole."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(23, 59, 59), ZONE)
    except ValueError:
        raise _Unreadable("date") from None


def _named(written: str, names: Mapping[str, str]) -> str:
    """Find the record that a person chose, or whose name they typed."""
    if written in names:
        return written
    same = [key for key, name in names.items() if name == written]
    same = same or [key for key, name in names.items() if name.casefold() == written.casefold()]
    if len(same) != 1:
        raise _Unreadable("reference")
    return same[0]


def _explained(error: _Unreadable, name: str, language: Language) -> str:
    said = text(f"invalid.{error.reason}", language, **error.params)
    hint = f"hint.{name}"
    return f"{said} {text(hint, language)}" if error.reason == "line" and hint in TEXTS else said


def refusal(error: DomainError, names: Sequence[str], language: Language) -> dict[str, str]:
    """Put the sentence of a refusal beside its field, or above the form when the form has no such field."""
    said = sentence(error.code, error.params, language)
    return {error.field if error.field and error.field in names else "": said}

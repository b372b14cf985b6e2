"""The assumptions of the impact model as pages: every version for everybody, and the copy that staff publish."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from msgspec import Meta, Struct

from dashboards.impact.words import line_words
from events_api.domain.assessments import (
    AssumptionSet,
    AssumptionSetIn,
    FactorChange,
    Number,
    ParameterChange,
    PriceYear,
    ProfileChange,
)
from events_api.domain.errors import DomainError
from events_api.domain.impact.assess import EXTENDED_KAPPA, KAPPA
from events_api.domain.impact.laws import Triple
from events_api.domain.impact.parameters import (
    EmissionFactor,
    Parameter,
    ParameterSet,
    Profile,
    Status,
    check_values,
    label_of,
)
from events_api.domain.impact.segments import SEGMENTS
from events_api.domain.records import Line, Name
from events_api.handlers.assessments import set_there
from events_api.handlers.context import actor_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import Field, Typed, fields_of, refusal, typed
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import may
from events_api.handlers.parameters import NumberInPath
from events_api.handlers.writing import Writing
from events_api.read import assessments as reading
from events_api.read.connections import Pool
from events_api.store import assessments as store
from events_api.text import formats
from events_api.text.catalogue import label, labels
from events_api.text.formats import Language
from events_api.text.interface import text

Kind = Literal["parameter", "profile", "factor"]
One = Parameter | Profile | EmissionFactor
Long = Annotated[str, Meta(max_length=2000)]
STAFF: Final = frozenset({"officer", "communication", "elected", "auditor", "administrator"})


# In words


def number_words(value: float, language: Language) -> str:
    """A parameter as it is, without the zeros at its end."""
    words = formats.decimal(value, language, places=6)
    return words.rstrip("0").rstrip(",.")


def parameter_words(key: str, language: Language) -> str:
    """A parameter by its name, with the segment, the line or the grade that it is about."""
    group, rest = label_of(key)
    words = label("impact_given", group, language)
    if rest is None:
        return words
    if rest in SEGMENTS:
        about = label("impact_segment", rest, language)
    elif group == "grade":
        about = label("grade", rest[0], language)
    else:
        about = line_words(rest, language)
    return f"{words} ({about})"


async def authors(request: AnyRequest, pool: Pool, accounts: list[UUID | None]) -> Mapping[UUID | None, str]:
    """Who wrote something: by name for staff, « you » for oneself, without a name for everybody else."""
    language, actor = language_of(request), actor_of(request.scope)
    names = await reading.names(pool, accounts) if actor.roles & STAFF else {}
    found: dict[UUID | None, str] = {}
    for one in accounts:
        if one is None:
            found[one] = "—"
        elif one == actor.id:
            found[one] = text("sets.you", language)
        else:
            found[one] = names.get(one) or text("sets.somebody", language)
    return found


class Row(NamedTuple):
    """An assumption of any kind as a row."""

    id: str
    kind: Kind
    code: str
    words: str
    unit: str
    low: float
    mode: float
    high: float
    year: int | None
    status: Status
    sources: list[str]
    document: str
    note: str


def rows_of(given: ParameterSet, language: Language) -> list[Row]:
    """Parameters, then profiles, then emission factors."""
    found = [
        Row(
            one.key,
            "parameter",
            one.key,
            parameter_words(one.key, language),
            label("impact_unit", one.unit, language),
            one.low,
            one.mode,
            one.high,
            one.year,
            one.status,
            [_source(given, name) for name in one.sources],
            one.document or "",
            one.note,
        )
        for one in given.parameters
    ]
    found += [
        Row(
            f"profile.{one.name}",
            "profile",
            one.name,
            _profile(one.name, language),
            label("impact_unit", "share", language),
            one.low,
            one.mode,
            one.high,
            None,
            one.status,
            [],
            "",
            one.note,
        )
        for one in given.profiles
    ]
    found += [
        Row(
            f"factor.{one.mode}",
            "factor",
            one.mode,
            line_words(one.mode, language),
            label("impact_unit", "kg_co2e_per_km", language),
            one.value,
            one.value,
            one.value,
            None,
            one.status,
            [_source(given, name) for name in one.sources],
            "",
            one.note,
        )
        for one in given.emission_factors
    ]
    return found


def _source(given: ParameterSet, name: str) -> str:
    return f"{name} – {given.sources[name]}" if name in given.sources else name


def _profile(name: str, language: Language) -> str:
    known = labels("impact_profile", language)
    return known.get(name, name.replace("_", " "))


class Difference(NamedTuple):
    """What is other than in the set that was copied: before and now, in words."""

    row: Row
    what: str
    before: str
    now: str


def differences(base: ParameterSet, made: ParameterSet, language: Language) -> list[Difference]:
    """Everything that a copy changed."""
    before, found = {one.id: one for one in rows_of(base, language)}, []
    for row in rows_of(made, language):
        was = before.get(row.id)
        for name in ("low", "mode", "high", "year", "status", "sources", "document", "note"):
            now, then = getattr(row, name), None if was is None else getattr(was, name)
            same = row.kind == "factor" and name in {"low", "high"}
            if now != then and not same:
                what = text(f"sets.{'value' if row.kind == 'factor' and name == 'mode' else name}", language)
                found.append(Difference(row, what, _plain(name, then, language), _plain(name, now, language)))
    return found


def _plain(name: str, value: Any, language: Language) -> str:  # any part of an assumption
    if value in (None, "", []):
        return "—"
    match value:
        case list():
            return ", ".join(value)
        case float():
            return number_words(value, language)
    return label("impact_status", value, language) if name == "status" else str(value)


# The forms


class SetTyped(Struct, frozen=True, kw_only=True):
    """The name of a copy and why it is made."""

    set_name: Name
    change_reason: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]


class ParameterTyped(Struct, frozen=True, kw_only=True):
    """A parameter as it is typed."""

    lowest: Number
    likely: Number
    highest: Number
    impact_status: Status
    source_lines: Long | None = None
    price_year: PriceYear | None = None
    backing: Line | None = None
    remark: Long | None = None


class ProfileTyped(Struct, frozen=True, kw_only=True):
    """A profile as it is typed."""

    lowest: Number
    likely: Number
    highest: Number
    impact_status: Status
    remark: Long | None = None


class FactorTyped(Struct, frozen=True, kw_only=True):
    """An emission factor as it is typed."""

    factor_value: Annotated[float, Meta(ge=0, le=100)]
    impact_status: Status
    source_lines: Long | None = None
    remark: Long | None = None


HEAD: Final = fields_of(SetTyped)
FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    "parameter": fields_of(ParameterTyped),
    "profile": fields_of(ProfileTyped),
    "factor": fields_of(FactorTyped),
}
MOST_CHANGED: Final = 100


class Part(NamedTuple):
    """The fields of one assumption on the form."""

    prefix: str
    row: Row
    fields: tuple[Field, ...]
    form: Form


def written_number(value: float | None, language: Language) -> str:
    """A number as a person would type it."""
    if value is None:
        return ""
    words = f"{value:.12f}".rstrip("0").rstrip(".")
    return words.replace(".", ",") if language == "fr" else words


def _present(given: ParameterSet, row: Row, language: Language) -> dict[str, str]:
    """What stands in the set, as a person would type it."""
    one = _assumption(given, row)
    values = {
        "lowest": written_number(row.low, language),
        "likely": written_number(row.mode, language),
        "highest": written_number(row.high, language),
        "factor_value": written_number(row.mode, language),
        "impact_status": row.status,
        "remark": row.note,
        "source_lines": "\n".join(getattr(one, "sources", ())),
        "price_year": str(row.year or ""),
        "backing": row.document,
    }
    return {field.name: values[field.name] for field in FIELDS[row.kind]}


def _assumption(given: ParameterSet, row: Row) -> One:
    named: dict[str, One] = {one.key: one for one in given.parameters}
    named |= {f"profile.{one.name}": one for one in given.profiles}
    named |= {f"factor.{one.mode}": one for one in given.emission_factors}
    return named[row.id]


def _sources(lines: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (lines or "").split("\n") if line.strip())


def _change(given: ParameterSet, row: Row, values: Mapping[str, Any]) -> ParameterChange | ProfileChange | FactorChange:
    """What was typed, as the domain takes it."""
    if row.kind == "factor":
        return FactorChange(
            mode=row.code,
            value=values["factor_value"],
            status=values["impact_status"],
            sources=_sources(values["source_lines"]),
            note=values["remark"] or "",
        )
    bounds = {"low": values["lowest"], "mode": values["likely"], "high": values["highest"]}
    if row.kind == "profile":
        return ProfileChange(name=row.code, **bounds, status=values["impact_status"], note=values["remark"] or "")
    held = given.parameter(row.code)
    return ParameterChange(
        key=row.code,
        **bounds,
        dist=held.dist if held.dist != "const" or bounds["low"] == bounds["high"] else "pert4",
        status=values["impact_status"],
        sources=_sources(values["source_lines"]),
        year=values["price_year"],
        document=values["backing"],
        note=values["remark"] or "",
    )


def _wrong(row: Row, values: Mapping[str, Any], language: Language) -> dict[str, str]:
    """What is wrong with a triple, beside the field where it is."""
    if row.kind == "factor":
        return {}
    key = row.code if row.kind == "parameter" else "nonlocal_share"
    try:
        check_values(key, Triple(values["lowest"], values["likely"], values["highest"]))
    except DomainError as error:
        return {_beside(row, values, error): refusal(error, (), language)[""]}
    return {}


def _beside(row: Row, values: Mapping[str, Any], error: DomainError) -> str:
    return "factor_value" if row.kind == "factor" else bound_of(error, values)


def bound_of(error: DomainError, values: Mapping[str, Any]) -> str:
    """The field of a triple that its refusal is about."""
    match error.code:
        case "triple-out-of-order":
            return "lowest" if values["lowest"] > values["likely"] else "highest"
        case "multiplier-needs-document":
            return "backing"
        case "parameter-out-of-bounds":
            return "lowest" if error.params["value"] == values["lowest"] else "highest"
    return "highest"


class AssumptionPages(Controller):
    """The versions of the assumptions."""

    path = "/hypotheses"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listAssumptionSets")
    async def index(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """List the versions."""
        language = language_of(request)
        found = await reading.assumption_sets(pool)
        return page(
            request,
            "assumption_sets.html",
            title=text("sets.title", language),
            trail=home_trail(language),
            sets=found,
            authors=await authors(request, pool, [one.created_by for one in found]),
            may_copy=may(request, "createAssumptionSet"),
        )

    @get("/{number:int}", operation_id="readAssumptionSet")
    async def show(self, request: AnyRequest, number: NumberInPath, pool: NamedDependency[Pool]) -> Template:
        """Show a version with everything that it assumes."""
        language = language_of(request)
        found = await set_there(pool, number)
        base = None if found.based_on is None else await set_there(pool, found.based_on)
        kappa = [one for one in found.content.parameters if one.key == KAPPA]
        return page(
            request,
            "assumption_set.html",
            title=_title(found, language),
            trail=_way(language),
            found=found,
            rows=rows_of(found.content, language),
            changes=[] if base is None else differences(base.content, found.content, language),
            kappas=[("strict", (one.low, one.mode, one.high)) for one in kappa]
            + [("extended", (EXTENDED_KAPPA.low, EXTENDED_KAPPA.mode, EXTENDED_KAPPA.high))],
            author=(await authors(request, pool, [found.created_by]))[found.created_by],
            words=lambda value: number_words(value, language),
            may_copy=may(request, "createAssumptionSet"),
        )

    @get("/{number:int}/copy", operation_id="createAssumptionSet")
    async def blank(
        self,
        request: AnyRequest,
        number: NumberInPath,
        pool: NamedDependency[Pool],
        key: FromQuery[list[str] | None] = None,
    ) -> Template:
        """Choose what to change, then show its form."""
        language = language_of(request)
        found = await set_there(pool, number)
        chosen = _chosen(found, key or [], language)
        parts = [_part(rank, row, _present(found.content, row, language), {}) for rank, row in enumerate(chosen)]
        return await _drawn(request, pool, found, Form(), parts)

    @post("/{number:int}/copy", operation_id="createAssumptionSet")
    async def copy(
        self, request: AnyRequest, number: NumberInPath, pool: NamedDependency[Pool], write: NamedDependency[Writing]
    ) -> Response[Any]:
        """Publish the copy, or show it again with what is wrong."""
        language = language_of(request)
        found = await set_there(pool, number)
        sent = await request.form()
        chosen = _chosen(found, [str(one) for one in sent.getall("key", [])], language)
        head, read = (
            typed(HEAD, sent, {}, language),
            [_read(sent, rank, row, language) for rank, row in enumerate(chosen)],
        )
        errors = dict(head.errors)
        for rank, (given, wrong) in enumerate(read):
            errors |= {f"p{rank}-{name}": said for name, said in wrong.items() if name not in given.errors}
            errors |= given.errors
        if not errors:
            changes = [_change(found.content, row, given.values) for row, (given, _) in zip(chosen, read, strict=True)]
            asked = AssumptionSetIn(
                based_on=found.number,
                name=head.values["set_name"],
                reason=head.values["change_reason"],
                parameters=tuple(one for one in changes if isinstance(one, ParameterChange)),
                profiles=tuple(one for one in changes if isinstance(one, ProfileChange)),
                emission_factors=tuple(one for one in changes if isinstance(one, FactorChange)),
            )
            try:
                async with write.transact() as work:
                    made = await store.copy_set(work, asked, seen=seen_of(sent))
            except DomainError as error:
                about = [rank for rank, row in enumerate(chosen) if row.code == error.field]
                at = "".join(f"p{rank}-{_beside(chosen[rank], read[rank][0].values, error)}" for rank in about)
                errors = {at: refusal(error, (), language)[""]}
            else:
                return done(request, f"/hypotheses/{made.number}", "set_published")
        parts = [_part(rank, row, read[rank][0].texts, errors) for rank, row in enumerate(chosen)]
        return await _drawn(request, pool, found, Form(values=head.texts, errors=errors), parts)


def _chosen(found: AssumptionSet, keys: list[str], language: Language) -> list[Row]:
    asked = frozenset(keys[:MOST_CHANGED])
    return [row for row in rows_of(found.content, language) if row.id in asked]


def _part(rank: int, row: Row, texts: Mapping[str, Any], errors: Mapping[str, str]) -> Part:
    return Part(f"p{rank}-", row, FIELDS[row.kind], Form(values=texts, errors=errors))


def _read(sent: FormMultiDict, rank: int, row: Row, language: Language) -> tuple[Typed, dict[str, str]]:
    given = typed(FIELDS[row.kind], sent, {}, language, prefix=f"p{rank}-")
    return given, {} if given.errors else _wrong(row, given.values, language)


def seen_of(sent: FormMultiDict) -> int:
    """The last version that the form was drawn from; one that nothing has, where it does not say."""
    written = str(sent.get("seen", ""))
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else -1


async def _drawn(request: AnyRequest, pool: Pool, found: AssumptionSet, form: Form, parts: list[Part]) -> Template:
    language = language_of(request)
    last = await set_there(pool, None)
    return page(
        request,
        "assumption_copy.html",
        title=text("sets.copy_of", language, number=found.number),
        trail=(*_way(language), Crumb(_title(found, language), f"/hypotheses/{found.number}")),
        status_code=422 if form.errors else 200,
        form=form,
        named={
            f"{part.prefix}{field.name}": f"{part.row.words}, {text(f'field.{field.name}', language)}"
            for part in parts
            for field in part.fields
        }
        | {field.name: text(f"field.{field.name}", language) for field in HEAD},
        head=HEAD,
        parts=parts,
        found=found,
        seen=last.number,
        rows=rows_of(found.content, language),
        words=lambda value: number_words(value, language),
    )


def _title(found: AssumptionSet, language: Language) -> str:
    return text("sets.version", language, number=found.number, name=found.name)


def _way(language: Language) -> tuple[Crumb, ...]:
    return home_trail(language, Crumb(text("sets.title", language), "/hypotheses"))


ASSUMPTION_PAGES: Final = (AssumptionPages,)

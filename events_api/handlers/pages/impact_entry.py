"""What is entered for the impact of an edition: its form by level, with what the register knows, its versions."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from msgspec import Meta, Struct

from dashboards.impact.words import line_words
from events_api.domain.assessments import DRAWS, SEED, AssumptionSet, Figure, ImpactEntry, check_entry, frozen, run_of
from events_api.domain.attendance import Grade, Note
from events_api.domain.errors import DomainError
from events_api.domain.impact.laws import Survey, Triple
from events_api.domain.impact.levels import NEEDS, Entry, Level, Origins, Part, missing
from events_api.domain.impact.model import Amount, Hotel, Share, Stands
from events_api.domain.impact.segments import AWAY
from events_api.domain.impact.territories import Territory
from events_api.domain.records import Name
from events_api.handlers.assessments import EntryFields, entry_of, known_for, set_there
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.assumptions import authors, seen_of, written_number
from events_api.handlers.pages.attendance import named_edition, opening
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import Field, Typed, fields_of, refusal, typed
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.records import may
from events_api.handlers.writing import Writing
from events_api.importers.communes import TERRITORY
from events_api.read import assessments as reading
from events_api.read.connections import Pool
from events_api.read.impact_entry import Money, money_of
from events_api.store import assessments as store
from events_api.text import formats
from events_api.text.catalogue import label, labels
from events_api.text.formats import Language
from events_api.text.interface import text

LEVELS: Final[tuple[Level, ...]] = ("express", "standard", "complete")
MOST_LINES: Final = 100
MOST_PURCHASES: Final = 190
_LINE: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,59}\Z")
_SUBSIDY: Final = re.compile(r"^(subvention|subsidy) ((de|du|des|d|of) )?((la|le|les|l|the) )?(?=\w)")
TASKS: Final = (
    ("entry.title", "listImpactEntries", "entry"),
    ("overrides.title", "listAssumptionOverrides", "overrides"),
    ("asked.title", "listImpactAssessments", "assessments"),
)
"""The pages about the impact of an edition: their name, the operation that opens them, their place."""


def impact_tasks(request: AnyRequest, edition_id: UUID) -> list[Crumb]:
    """The pages about the impact of an edition that the reader may open, but this one."""
    language, place = language_of(request), f"/manage/editions/{edition_id}/impact"
    found = [Crumb(text("impact.title", language), place)]
    found += [
        Crumb(text(key, language), f"{place}/{name}")
        for key, operation, name in TASKS
        if opening(request, operation) is not None
    ]
    return [one for one in [*found, Crumb(text("sets.title", language), "/hypotheses")] if one.url != request.url.path]


# The form

PostcodeTyped = Annotated[str, Meta(pattern=r"^([0-9]{5}|[A-Z]{2})\Z")]


class IncomeLine(Struct, frozen=True, kw_only=True):
    """A line of the income as it is typed."""

    budget_line: Name
    amount: Amount | None = None


class ExpenseLine(Struct, frozen=True, kw_only=True):
    """A line of the expense as it is typed."""

    budget_line: Name
    amount: Amount | None = None
    local_share: Share | None = None


class KindLine(Struct, frozen=True, kw_only=True):
    """What a public funder gave in kind, as it is typed."""

    funder: Name
    amount: Amount | None = None


class Purchase(Struct, frozen=True, kw_only=True):
    """What was bought of a supplier, as it is typed."""

    budget_line: Name
    supplier_postcode: PostcodeTyped
    amount: Amount | None = None


class EntryTyped(Struct, frozen=True, kw_only=True):
    """Everything that is asked for at some level."""

    impact_territory: Territory = TERRITORY
    raw_attendances: Amount | None = None
    grade: Grade = "E"
    interval_low: Amount | None = None
    interval_high: Amount | None = None
    impact_profile: str | None = None
    paid_nights: Annotated[float, Meta(gt=0, le=366)] | None = None
    budget_total: Amount | None = None
    metropole_support: Amount | None = None
    income_lines: list[IncomeLine] = []
    expense_lines: list[ExpenseLine] = []
    kind_lines: list[KindLine] = []
    purchases: list[Purchase] = []
    tickets_known: Annotated[int, Meta(ge=1, le=100_000_000)] | None = None
    tickets_outside: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    survey_D: Share | None = None  # noqa: N815  the names of the segments
    survey_C: Share | None = None  # noqa: N815
    survey_N: Share | None = None  # noqa: N815
    survey_P: Share | None = None  # noqa: N815
    interviews: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    days_low: Annotated[float, Meta(ge=1, le=366)] | None = None
    days_likely: Annotated[float, Meta(ge=1, le=366)] | None = None
    days_high: Annotated[float, Meta(ge=1, le=366)] | None = None
    hotel_base: Amount | None = None
    hotel_capacity: Amount | None = None
    stands_local: Amount | None = None
    stands_outside: Amount | None = None
    entry_reason: Note | None = None


FIELDS: Final = {field.name: field for field in fields_of(EntryTyped)}
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "attendances": ("raw_attendances", "grade", "interval_low", "interval_high"),
    "profile": ("impact_profile",),
    "nights": ("paid_nights",),
    "budget": ("budget_total", "metropole_support"),
    "revenue": ("income_lines",),
    "expense": ("expense_lines",),
    "local_shares": ("purchases",),
    "origin": ("tickets_known", "tickets_outside"),
    "survey": (*(f"survey_{s}" for s in AWAY), "interviews"),
    "days_per_visitor": ("days_low", "days_likely", "days_high"),
    "hotel": ("hotel_base", "hotel_capacity"),
    "in_kind": ("kind_lines",),
    "stands": ("stands_local", "stands_outside"),
}
"""The fields of each part of an entry, in the order of the form."""
OPTIONAL: Final[Mapping[Level, tuple[str, ...]]] = {
    "express": ("in_kind", "hotel"),
    "standard": ("nights", "days_per_visitor", "local_shares", "hotel", "in_kind", "stands"),
    "complete": ("nights", "in_kind", "stands"),
}
NEEDED: Final = {
    "profile": ("impact_profile",),
    "nights": ("paid_nights",),
    "budget": ("budget_total",),
    "origin": ("tickets_known", "tickets_outside"),
    "survey": GROUPS["survey"],
    "days_per_visitor": GROUPS["days_per_visitor"],
    "hotel": GROUPS["hotel"],
}
FOR_STAFF: Final = frozenset({"interval_low", "interval_high"})
INCOME: Final = (
    "ticketing", "bars_merch", "sponsors", "own_funds", "sub_metropole", "sub_commune", "sub_departement",
    "sub_region", "sub_etat", "sub_ue",
)  # fmt: skip
EXPENSE: Final = ("artists", "technical", "staff", "logistics", "communication", "royalties_taxes")
FUNDERS: Final = ("metropole", "commune", "departement", "region", "etat", "ue")
SUGGESTED: Final = {"income_lines": INCOME, "expense_lines": EXPENSE, "purchases": EXPENSE, "kind_lines": FUNDERS}
OF_PLAN: Final = {
    "ticketing": "ticketing", "sales": "bars_merch", "sponsor": "sponsors", "metropole": "sub_metropole",
    "commune": "sub_commune", "departement": "sub_departement", "region": "sub_region", "state": "sub_etat",
    "eu": "sub_ue", "other_public": "sub_other_public", "own_funds": "own_funds", "other": "other",
}  # fmt: skip


class Section(NamedTuple):
    """A part of the form with its fields."""

    part: str
    needed: bool
    fields: tuple[Field, ...]


class Filled(NamedTuple):
    """A value that the form proposes: its field, what it is, and where it comes from."""

    field: str
    value: str
    source: str


def sections(level: Level, *, staff: bool, figure: Figure | None) -> list[Section]:
    """The form of a level: what it needs, then what it may take."""
    found = []
    for part in GROUPS:
        needed = part in NEEDS[level]
        if needed or part in OPTIONAL[level]:
            asked = [FIELDS[name] for name in GROUPS[part] if staff or name not in FOR_STAFF]
            must = {*(NEEDED.get(part, ()) if needed else ()), *(() if figure else ("raw_attendances",))}
            asked = [msgspec.structs.replace(one, required=one.required or one.name in must) for one in asked]
            found.append(Section(part, needed, tuple(asked)))
    return sorted(found, key=lambda one: not one.needed)


def line_key(words: str) -> str | None:
    """The name of a line that somebody typed: a known one by its words, else its letters and digits."""
    for language in formats.LANGUAGES:
        for key, known in labels("impact_line", language).items():
            if formats.primary_key(known) == formats.primary_key(words):
                return key
    if _LINE.match(words):
        return words
    made = "_".join(_SUBSIDY.sub("sub ", formats.primary_key(words)).split())
    return made if _LINE.match(made) else None


def typed_line(line: str, language: Language) -> str:
    """A line as a person would type it, so that it is read back as the same one."""
    words = line_words(line, language)
    return words if line_key(words) == line else line


def funder_key(words: str) -> str | None:
    """The name of a public funder that somebody typed."""
    found = line_key(words)
    return None if found is None else found.removeprefix("sub_")


# From an entry, or from the register, to the form


def shown_entry(entry: Entry, reason: str | None, language: Language) -> dict[str, Any]:
    """An entry as a person would type it."""

    def written(value: float | None) -> str:
        return written_number(value, language)

    days, survey = entry.days_per_visitor, entry.survey
    low, high = entry.interval or (None, None)
    return {
        "impact_territory": entry.territory,
        "raw_attendances": written(entry.attendances),
        "grade": entry.grade,
        "interval_low": written(low),
        "interval_high": written(high),
        "impact_profile": entry.profile or "",
        "paid_nights": written(entry.nights),
        "budget_total": written(entry.budget),
        "metropole_support": written(entry.subsidy or None),
        "income_lines": [
            {"budget_line": typed_line(line, language), "amount": written(amount)}
            for line, amount in (entry.revenue or {}).items()
        ],
        "expense_lines": [
            {
                "budget_line": typed_line(line, language),
                "amount": written(amount),
                "local_share": written((entry.local_shares or {}).get(line)),
            }
            for line, amount in (entry.expense or {}).items()
        ],
        "kind_lines": [
            {"funder": typed_line(line, language), "amount": written(amount)}
            for line, amount in (entry.in_kind or {}).items()
        ],
        "purchases": [
            {"budget_line": typed_line(line, language), "supplier_postcode": code, "amount": written(amount)}
            for line, bought in entry.bought.items()
            for code, amount in bought.items()
        ],
        "tickets_known": "" if entry.origin is None else str(entry.origin.known),
        "tickets_outside": "" if entry.origin is None else str(entry.origin.outside),
        **{f"survey_{s}": "" if survey is None else written(survey.shares.get(s, 0.0)) for s in AWAY},
        "interviews": "" if survey is None else written(survey.effective_n),
        "days_low": "" if days is None else written(days.low),
        "days_likely": "" if days is None else written(days.mode),
        "days_high": "" if days is None else written(days.high),
        "hotel_base": "" if entry.hotel is None else written(entry.hotel.base_nights),
        "hotel_capacity": "" if entry.hotel is None else written(entry.hotel.capacity_nights),
        "stands_local": "" if entry.stands is None else written(entry.stands.local_to_visitors),
        "stands_outside": "" if entry.stands is None else written(entry.stands.outside_to_residents),
        "entry_reason": reason or "",
    }


def from_register(money: Money, language: Language) -> tuple[dict[str, Any], list[Filled]]:
    """What the register knows, as a person would type it, each value with where it comes from."""
    income: dict[str, int] = {}
    kind: dict[str, int] = {}
    said: list[Filled] = []
    granted = [one for one in money.grants if one.amount_cents is not None and one.nature == "cash"]

    def add(into: dict[str, int], field: str, line: str, cents: int, source: str) -> None:
        into[line] = into.get(line, 0) + cents
        words = f"{line_words(line, language)} · {formats.money(cents, language)}"
        said.append(Filled(field, words, source))

    for one in granted:
        source = text("entry.from_subsidy", language, title=one.title, deliberation=one.deliberation or "—")
        add(income, "income_lines", "sub_metropole", one.amount_cents or 0, source)
    for line in money.lines:
        name = OF_PLAN[line.kind]
        source = text(
            "entry.from_plan", language, label=line.label, status=label("funding_status", line.status, language)
        )
        if line.nature == "in_kind":
            if name.startswith("sub_"):
                add(kind, "kind_lines", name.removeprefix("sub_"), line.amount_cents, source)
        elif not (granted and name == "sub_metropole"):  # what was decided counts, not what was planned
            add(income, "income_lines", name, line.amount_cents, source)
    if not income and not kind:
        return {}, []
    total = sum(income.values())
    values: dict[str, Any] = {
        "income_lines": [
            {"budget_line": typed_line(line, language), "amount": _euros(cents, language)}
            for line, cents in income.items()
        ],
        "kind_lines": [
            {"funder": typed_line(line, language), "amount": _euros(cents, language)} for line, cents in kind.items()
        ],
        "metropole_support": _euros(income["sub_metropole"], language) if "sub_metropole" in income else "",
    }
    if money.lines:
        values["budget_total"] = _euros(total, language)
    return values, said


def _euros(cents: int, language: Language) -> str:
    return written_number(cents / 100, language)


def blank(language: Language) -> dict[str, Any]:
    """The usual lines without amounts; those that stay so are left out."""
    return {
        "impact_territory": TERRITORY,
        "grade": "E",
        "income_lines": [{"budget_line": line_words(line, language)} for line in INCOME],
        "expense_lines": [{"budget_line": line_words(line, language)} for line in EXPENSE],
    }


def _with_usual(values: dict[str, Any], language: Language) -> dict[str, Any]:
    """The form with the usual lines first, with or without an amount, then the others."""
    found = blank(language) | values
    for name in ("income_lines", "expense_lines"):
        given = {line_key(row["budget_line"]): row for row in found[name]}
        usual = {line: {"budget_line": line_words(line, language)} for line in SUGGESTED[name]}
        found[name] = [*(usual | given).values()]
    return found


# From the form to an entry


class Read(NamedTuple):
    """What was sent: as it was typed, the entry that it makes, and what is wrong."""

    texts: dict[str, Any]
    entry: Entry | None
    reason: str | None
    errors: dict[str, str]


def _lines(given: Typed, name: str, errors: dict[str, str], language: Language) -> dict[str, float] | None:
    """The lines with an amount, by their names; a name that is there twice is refused beside its field."""
    found: dict[str, float] = {}
    if len(given.values[name]) > MOST_LINES:
        errors[name] = text("entry.too_many", language, n=MOST_LINES)
        return None
    column = "funder" if name == "kind_lines" else "budget_line"
    for rank, row in enumerate(given.values[name]):
        if row.amount is None:
            continue
        key = (funder_key if column == "funder" else line_key)(getattr(row, column))
        if key is None:
            errors[f"{name}-{rank}-{column}"] = text("entry.line_unreadable", language)
        elif key in found:
            errors[f"{name}-{rank}-{column}"] = text("entry.line_twice", language)
        else:
            found[key] = row.amount
    return found or None


def _purchases(given: Typed, errors: dict[str, str], language: Language) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    if len(given.values["purchases"]) > MOST_PURCHASES:
        errors["purchases"] = text("entry.too_many", language, n=MOST_PURCHASES)
        return found
    for rank, row in enumerate(given.values["purchases"]):
        if row.amount is None:
            errors[f"purchases-{rank}-amount"] = text("invalid.missing", language)
            continue
        key = line_key(row.budget_line)
        if key is None:
            errors[f"purchases-{rank}-budget_line"] = text("entry.line_unreadable", language)
            continue
        line = found.setdefault(key, {})
        line[row.supplier_postcode] = line.get(row.supplier_postcode, 0.0) + row.amount
    return found


def _whole(names: tuple[str, ...], values: Mapping[str, Any], errors: dict[str, str], language: Language) -> bool:
    """Whether some fields that belong together are given; one that lacks the others is refused."""
    given = [name for name in names if values.get(name) is not None]
    if given and len(given) < len(names):
        errors |= {name: text("entry.together", language) for name in names if name not in given}
    return len(given) == len(names)


async def _read(request: AnyRequest, level: Level, known: reading.Known, assumptions: AssumptionSet) -> Read:
    language = language_of(request)
    staff = grant_of(request.scope).scope == "all"
    asked = [field for one in sections(level, staff=staff, figure=known.attendance) for field in one.fields]
    asked += [FIELDS["impact_territory"], FIELDS["entry_reason"]]
    given = typed(asked, await request.form(), {}, language)
    texts, errors = dict(given.texts), dict(given.errors)
    if errors:
        return Read(texts, None, None, errors)
    values = dict.fromkeys(FIELDS) | {name: given.values.get(name) for name in given.values}
    for name in ("income_lines", "expense_lines", "kind_lines", "purchases"):
        values[name] = values[name] or []
    given = Typed(texts, values, errors)
    fields = _fields(given, errors, language)
    fields["level"] = level
    last = known.entries[0].entry if known.entries else None
    if last is not None:  # what this form has no field for stays as it was entered
        fields |= {"mobility": last.mobility} if last.mobility is not None else {}
    if errors:
        return Read(texts, None, None, errors)
    entry = entry_of(EntryFields(**fields))
    errors |= _missing(entry, known.attendance, language)
    if not errors:
        errors |= _refused(entry, known, assumptions, given, language)
    return Read(texts, None if errors else entry, values["entry_reason"], errors)


def _fields(given: Typed, errors: dict[str, str], language: Language) -> dict[str, Any]:
    """The fields of an entry from what was typed."""
    values = given.values
    fields: dict[str, Any] = {
        "territory": values["impact_territory"] or TERRITORY,
        "attendances": values["raw_attendances"],
        "grade": values["grade"] or "E",
        "profile": values["impact_profile"],
        "nights": values["paid_nights"],
        "budget": values["budget_total"],
        "subsidy": values["metropole_support"] or 0.0,
        "revenue": _lines(given, "income_lines", errors, language),
        "expense": _lines(given, "expense_lines", errors, language),
        "in_kind": _lines(given, "kind_lines", errors, language),
    }
    shares = {
        line_key(row.budget_line) or "": row.local_share
        for row in values["expense_lines"]
        if row.local_share is not None and row.amount is not None
    }
    fields["local_shares"] = shares or None
    bought = _purchases(given, errors, language)
    fields |= {"suppliers": bought} if bought else {}
    if _whole(("interval_low", "interval_high"), values, errors, language):
        fields["interval"] = (values["interval_low"], values["interval_high"])
    if _whole(("tickets_known", "tickets_outside"), values, errors, language):
        fields["origin"] = Origins(known=values["tickets_known"], outside=values["tickets_outside"])
    if _whole(GROUPS["survey"], values, errors, language):
        fields["survey"] = Survey(shares={s: values[f"survey_{s}"] for s in AWAY}, effective_n=values["interviews"])
    if _whole(GROUPS["days_per_visitor"], values, errors, language):
        fields["days_per_visitor"] = Triple(values["days_low"], values["days_likely"], values["days_high"])
    if _whole(GROUPS["hotel"], values, errors, language):
        fields["hotel"] = Hotel(base_nights=values["hotel_base"], capacity_nights=values["hotel_capacity"])
    if _whole(GROUPS["stands"], values, errors, language):
        fields["stands"] = Stands(
            local_to_visitors=values["stands_local"], outside_to_residents=values["stands_outside"]
        )
    return fields


_PLACES: Final[Mapping[Part, str]] = {
    "attendances": "raw_attendances", "budget": "budget_total", "nights": "paid_nights", "profile": "impact_profile",
    "revenue": "income_lines", "expense": "expense_lines", "origin": "tickets_known", "survey": "survey_D",
    "days_per_visitor": "days_low", "local_shares": "expense_lines", "hotel": "hotel_base",
}  # fmt: skip


def _missing(entry: Entry, figure: Figure | None, language: Language) -> dict[str, str]:
    """What the level still needs, beside its field."""
    return {
        _PLACES[part]: text("entry.missing", language, part=label("impact_entry", part, language))
        for part in missing(entry)
        if part != "attendances" or figure is None
    }


def _refused(
    entry: Entry, known: reading.Known, assumptions: AssumptionSet, given: Typed, language: Language
) -> dict[str, str]:
    """What the model would refuse, beside its field: an entry that is kept can be assessed."""
    standing = [one.assumption for one in known.standing_for(entry.territory)]
    figure = known.attendance if entry.attendances is None else None
    try:
        check_entry(entry)
        run_of(frozen(entry, figure, standing, assumptions.content, seed=SEED, draws=DRAWS))
    except DomainError as error:
        return {_beside(error, given): refusal(error, (), language)[""]}
    return {}


def _beside(error: DomainError, given: Typed) -> str:
    """The field of the form that a refusal is about."""
    group, _, line = (error.field or "").partition(".")
    direct = {
        "attendances": "raw_attendances", "grade": "grade", "interval": "interval_low", "profile": "impact_profile",
        "origin": "tickets_outside", "share_L": "survey_D", "days_per_visitor": "days_low", "nights_C": "paid_nights",
    }  # fmt: skip
    if group in direct:
        return direct[group] if direct[group] in given.texts else ""
    rows, column = {
        "revenue": ("income_lines", "budget_line"),
        "expense": ("expense_lines", "local_share" if line else ""),
        "suppliers": ("purchases", "amount"),
    }.get(group, ("", ""))
    if not rows or rows not in given.texts:
        return ""
    for rank, row in enumerate(given.values[rows]):
        if line and line_key(row.budget_line) == line:
            return f"{rows}-{rank}-{column}"
    return rows


# The page


class EntryPages(Controller):
    """What is entered for the impact of an edition."""

    path = "/manage/editions/{record_id:uuid}/impact/entry"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listImpactEntries")
    async def show(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        level: FromQuery[Level | None] = None,
    ) -> Template:
        """Show the form of a level and the versions; without the right to enter, the versions alone."""
        return await _drawn(request, pool, record_id, level, None)

    @post("/", operation_id="putImpactEntry")
    async def enter(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Keep what was typed as the next version, or show it again with what is wrong."""
        sent = await request.form()
        wished = str(sent.get("level", ""))
        level = next((one for one in LEVELS if one == wished), LEVELS[0])
        known = await known_for(request, pool, record_id)
        read = await _read(request, level, known, await set_there(pool, None))
        if read.entry is None:
            return await _drawn(request, pool, record_id, level, read)
        entry, errors = read.entry, {}
        try:
            async with write.transact() as work:
                await store.put_entry(work, record_id, entry, read.reason, seen=seen_of(sent))
        except DomainError as error:
            given = Typed(read.texts, {name: [] for name in SUGGESTED}, {})
            errors = {_beside(error, given): refusal(error, (), language_of(request))[""]}
        if errors:
            return await _drawn(request, pool, record_id, level, read._replace(errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/assessments", "entry_kept")


async def _drawn(request: AnyRequest, pool: Pool, edition_id: UUID, level: Level | None, read: Read | None) -> Template:
    language = language_of(request)
    name, way = await named_edition(request, pool, edition_id)
    known = await known_for(request, pool, edition_id)
    last = known.entries[0] if known.entries else None
    chosen: Level = level or (last.entry.level if last else "express")
    values, filled = await _proposed(request, pool, edition_id, last)
    profiles = (await set_there(pool, None)).content.profiles
    names = labels("impact_profile", language)
    staff = (opening(request, "putImpactEntry") or grant_of(request.scope)).scope == "all"
    asked = sections(chosen, staff=staff, figure=known.attendance)
    shown = {field.name for one in asked for field in one.fields}
    return page(
        request,
        "impact_entry.html",
        title=text("entry.title", language),
        trail=(*way, Crumb(text("impact.title", language), f"/manage/editions/{edition_id}/impact")),
        status_code=422 if read else 200,
        name=name,
        edition_id=edition_id,
        tasks=impact_tasks(request, edition_id),
        form=Form(values=values) if read is None else Form(values=read.texts, errors=read.errors),
        named={} if read is None else {name: _called(name, language) for name in read.errors if name},
        level=chosen,
        levels=LEVELS,
        needs=NEEDS,
        sections=asked,
        territory=FIELDS["impact_territory"],
        reason=FIELDS["entry_reason"],
        suggested={rows: [line_words(line, language) for line in lines] for rows, lines in SUGGESTED.items()},
        profiles=[(one.name, names.get(one.name, one.name)) for one in profiles],
        filled=[one for one in filled if one.field in shown],
        figure=known.attendance,
        has_mobility=last is not None and last.entry.mobility is not None,
        seen=last.number if last else 0,
        versions=known.entries,
        authors=await authors(request, pool, [one.entered_by for one in known.entries]),
        may_enter=may(request, "putImpactEntry"),
        summary=lambda entry: _summary(entry, language),
    )


async def _proposed(
    request: AnyRequest, pool: Pool, edition_id: UUID, last: ImpactEntry | None
) -> tuple[dict[str, Any], list[Filled]]:
    """The latest entry, else what the register knows, each value with where it comes from."""
    language = language_of(request)
    if last is None:
        known, said = from_register(await money_of(pool, grant_of(request.scope), edition_id), language)
        return _with_usual(dict.fromkeys(FIELDS, "") | blank(language) | known, language), said
    return _with_usual(shown_entry(last.entry, None, language), language), []


def _called(name: str, language: Language) -> str:
    """What a field is called in the summary of the errors: one of a line by its group, its line and itself."""
    group, _, rest = name.partition("-")
    words = text(f"field.{group}", language)
    if not rest:
        return words
    rank, _, member = rest.partition("-")
    return f"{words}, {text('form.row', language, n=int(rank) + 1)}, {text(f'field.{member}', language)}"


def _summary(entry: Entry, language: Language) -> str:
    """A version in one line."""
    parts = [label("impact_level", entry.level, language)]
    if entry.territory != TERRITORY:
        parts.append(label("impact_territory", entry.territory, language))
    if entry.attendances is not None:
        attendances = formats.integer(round(entry.attendances), language)
        parts.append(text("entry.attendances_of", language, n=attendances, grade=entry.grade))
    total = entry.budget if entry.revenue is None else sum(entry.revenue.values())
    if total is not None:
        parts.append(text("entry.budget_of", language, amount=formats.money(round(total * 100), language)))
    return " · ".join(parts)


ENTRY_PAGES: Final = (EntryPages,)

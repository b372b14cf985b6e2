"""Calls, envelopes, subsidies with their decisions and payments, and the funding plans of editions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, Self, cast
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, field

from events_api.domain.attendance import FieldNotYours, Note, content_hash
from events_api.domain.errors import ConflictError, DomainError, NotYours, StaleVersion
from events_api.domain.programme import Edition, no_repeats
from events_api.domain.records import (
    Cents,
    Entity,
    Name,
    Repository,
    Work,
    Year,
    record,
    referenced,
    replace,
    require_owner,
)

SubsidyState = Literal[
    "requested", "instructed", "decided", "refused", "agreement", "paying", "reported", "closed", "withdrawn"
]
Nature = Literal["cash", "in_kind", "both"]
FundingSource = Literal[
    "ticketing",
    "sales",
    "sponsor",
    "metropole",
    "commune",
    "departement",
    "region",
    "state",
    "eu",
    "other_public",
    "own_funds",
    "other",
]
FundingStatus = Literal["planned", "requested", "acquired", "received"]
Reference = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
Title = Annotated[str, Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
Rules = Annotated[str, Meta(min_length=1, max_length=20000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]
PaidCents = Annotated[int, Meta(ge=1, le=10**14, description="Euro cents.")]
GRANTED: Final = frozenset({"decided", "agreement", "paying", "reported", "closed"})
"""The states of a subsidy that counts against its envelope."""


class ClosesBeforeOpening(DomainError):
    """A call whose last day comes before its first."""


class YearMissing(DomainError):
    """A subsidy without a budget year."""


class SharesExceedAmount(DomainError):
    """Years or allocations that add up to more than what was granted, or asked before that."""


class RequestClosed(ConflictError):
    """A request that can no longer change: it is being instructed or was decided."""


class SubsidyStepImpossible(ConflictError):
    """A step of a subsidy that does not start from the present state."""


class ReasonMissing(DomainError):
    """A refusal, or an amount other than the one that was asked, without its reason."""


class RefusedWithAmount(DomainError):
    """A refusal that grants something."""


class LessThanPaid(ConflictError):
    """A decision below what was paid already."""


class Overpayment(ConflictError):
    """More money than was granted."""


class PaymentBeforeDecision(DomainError):
    """A payment, an agreement or a report dated before the decision."""


class Weight(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one criterion counts, in basis points."""

    criterion: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,40}\Z")]
    weight_bp: Annotated[int, Meta(ge=0, le=10000)]


class Call(Entity, frozen=True, kw_only=True):
    """A dated invitation to request, with its rules and voted weights."""

    title_fr: Name
    title_en: Name | None = None
    rules_fr: Rules | None = None
    opens_on: dt.date
    closes_on: dt.date
    weights: Annotated[list[Weight], Meta(max_length=40)] | None = None
    deliberation: Reference | None = None

    def check(self) -> None:
        if self.closes_on < self.opens_on:
            raise ClosesBeforeOpening(field="closes_on", opens=self.opens_on, closes=self.closes_on)
        no_repeats([weight.criterion for weight in self.weights or []], "weights")


class Envelope(Entity, frozen=True, kw_only=True):
    """The yearly budget line; `committed_cents` is what was decided from it, more than the amount is a warning."""

    managed: ClassVar[frozenset[str]] = frozenset({"committed_cents", "left_cents"})

    name: Name
    year: Year
    amount_cents: Cents
    deliberation: Reference | None = None
    committed_cents: int = 0
    left_cents: int = 0

    @property
    def tag(self) -> str:
        return f"{self.version}-{self.committed_cents}"


class BudgetYear(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of a subsidy in one budget year, or the year alone where the share is not known."""

    year: Year
    amount_cents: Cents | None = None


class Allocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of a subsidy for one edition, or the edition alone where the share is not known."""

    edition_id: UUID
    amount_cents: Cents | None = None


class Subsidy(Entity, frozen=True, kw_only=True):
    """One request of one organisation, for budget years, allocated to editions; with its decision and payments."""

    managed: ClassVar[frozenset[str]] = frozenset(
        {
            "state", "granted_cents", "paid_cents", "decided_on", "deliberation", "decision_reason", "agreement_on",
            "agreement_reference", "reported_on", "closed_on", "printed_status", "source_document", "simulated",
        }
    )  # fmt: skip

    organisation_id: UUID
    title: Title
    nature: Nature = "cash"
    requested_cents: Cents | None = None
    years: Annotated[list[BudgetYear], Meta(min_length=1, max_length=10)]
    allocations: Annotated[list[Allocation], Meta(max_length=100)] = field(default_factory=list)
    call_id: UUID | None = None
    envelope_id: UUID | None = None
    funder_id: UUID | None = None
    state: SubsidyState = "requested"
    granted_cents: Cents | None = None
    paid_cents: int = 0
    decided_on: dt.date | None = None
    deliberation: Reference | None = None
    decision_reason: Note | None = None
    agreement_on: dt.date | None = None
    agreement_reference: Reference | None = None
    reported_on: dt.date | None = None
    closed_on: dt.date | None = None
    printed_status: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    source_document: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    simulated: bool = False

    def check(self) -> None:
        if not self.years:
            raise YearMissing(field="years")
        no_repeats([part.year for part in self.years], "years")
        no_repeats([part.edition_id for part in self.allocations], "allocations")
        granted = self.granted_cents is not None and self.state != "refused"
        limit = self.granted_cents if granted else self.requested_cents
        within(self.years, limit, "years")
        within(self.allocations, limit, "allocations")

    async def owners(self, work: Work) -> frozenset[UUID]:
        del work
        return frozenset({self.organisation_id})

    async def fits(self, work: Work, before: Self | None) -> None:
        """An organiser asks for its own editions."""
        if work.grant.scope == "all":
            return
        known = {part.edition_id for part in before.allocations} if before else set()
        for identifier in sorted({part.edition_id for part in self.allocations} - known):
            edition = await referenced(work, Edition, identifier, "allocations")
            if not work.grant.organisations & await edition.owners(work):
                raise NotYours(field="allocations")

    @property
    def report_due_on(self) -> dt.date:
        """The financial report is due six months after the last budget year (loi 2000-321, article 10)."""
        return dt.date(max(part.year for part in self.years) + 1, 6, 30)


class SubsidyAnswer(Subsidy, frozen=True, kw_only=True):
    """A subsidy as it is answered: with what is left to pay and when its financial report is due."""

    left_cents: int | None
    report_due_on: dt.date


class DecisionContent(Struct, frozen=True, kw_only=True):
    """What a decision says, for ever."""

    subsidy_id: UUID
    organisation_id: UUID
    requested_cents: int | None
    granted_cents: int
    refused: bool
    decided_on: dt.date
    deliberation: str
    reason: str | None
    years: list[BudgetYear]
    allocations: list[Allocation]


class Decision(Struct, frozen=True, kw_only=True):
    """One decision on a subsidy. The hash is SHA-256 over the content as JSON without spaces, keys sorted."""

    id: UUID
    subsidy_id: UUID
    number: int
    content: DecisionContent
    content_hash: str
    decided_by: UUID | None
    recorded_at: dt.datetime


class Payment(Struct, frozen=True, kw_only=True):
    """One payment of a subsidy."""

    id: UUID
    subsidy_id: UUID
    number: int
    amount_cents: int
    paid_on: dt.date
    reference: str | None
    recorded_by: UUID | None
    recorded_at: dt.datetime


class FundingLine(Entity, frozen=True, kw_only=True):
    """One line of the funding plan of an edition, in cash or in kind."""

    edition_id: UUID
    label: Name
    source_kind: FundingSource
    nature: Literal["cash", "in_kind"] = "cash"
    amount_cents: Cents
    status: FundingStatus = "requested"
    funder_id: UUID | None = None

    async def owners(self, work: Work) -> frozenset[UUID]:
        return await (await referenced(work, Edition, self.edition_id, "edition_id")).owners(work)


class Subsidies(Repository[Subsidy], Protocol):
    """What the steps need besides the subsidies: their decisions and payments, numbered from one."""

    async def keep_decision(self, content: DecisionContent, content_hash: bytes) -> Decision: ...
    async def keep_payment(self, payment: Payment) -> None: ...
    async def payments(self, subsidy: Subsidy) -> int: ...


def subsidies_of(work: Work) -> Subsidies:
    """The repository of subsidies with what the steps need."""
    return cast("Subsidies", work.of(Subsidy))


def answered(subsidy: Subsidy) -> SubsidyAnswer:
    """The subsidy with what is left to pay and when its report is due."""
    values = {name: getattr(subsidy, name) for name in subsidy.__struct_fields__}
    left = None if subsidy.granted_cents is None else subsidy.granted_cents - subsidy.paid_cents
    return SubsidyAnswer(**values, left_cents=left, report_due_on=subsidy.report_due_on)


def within(parts: Sequence[BudgetYear | Allocation], limit_cents: int | None, name: str) -> None:
    """Refuse shares that add up to more than the whole."""
    total = sum(part.amount_cents or 0 for part in parts)
    if limit_cents is not None and total > limit_cents:
        raise SharesExceedAmount(field=name, total_cents=total, limit_cents=limit_cents)


def step(subsidy: Subsidy, to: SubsidyState, *, start: frozenset[SubsidyState]) -> SubsidyState:
    """The state after a step, or the refusal to take it from here."""
    if subsidy.state not in start:
        raise SubsidyStepImpossible(state=subsidy.state)
    return to


def pay(subsidy: Subsidy, amount_cents: int, on: dt.date) -> Subsidy:
    """Return the subsidy with one more payment on it, or refuse."""
    state = step(subsidy, "paying", start=frozenset({"decided", "agreement", "paying", "reported"}))
    after_decision(subsidy, on, "paid_on")
    left = (subsidy.granted_cents or 0) - subsidy.paid_cents
    if amount_cents > left:
        raise Overpayment(field="amount_cents", asked_cents=amount_cents, left_cents=left)
    return msgspec.structs.replace(
        subsidy,
        paid_cents=subsidy.paid_cents + amount_cents,
        state="reported" if subsidy.state == "reported" else state,
    )


def after_decision(subsidy: Subsidy, on: dt.date, name: str) -> None:
    """Refuse what is dated before the decision it rests on."""
    if subsidy.decided_on is not None and on < subsidy.decided_on:
        raise PaymentBeforeDecision(field=name, day=on, decided=subsidy.decided_on)


STAFF_FIELDS: Final = ("envelope_id", "funder_id")


async def request_subsidy(work: Work, values: Mapping[str, Any]) -> Subsidy:
    """Register the request of an organisation."""
    if work.grant.scope != "all":
        for name in STAFF_FIELDS:
            if values.get(name) is not None:
                raise FieldNotYours(field=name)
    return await record(work, Subsidy, _sorted(values))


async def change_subsidy(work: Work, subsidy_id: UUID, expected: int | None, values: Mapping[str, Any]) -> Subsidy:
    """Change a request; once it is decided, an officer still moves its shares and its envelope."""
    before = await _locked(work, subsidy_id, expected)
    values = _sorted(values)
    changed = {name for name, value in values.items() if value != getattr(before, name)}
    if "organisation_id" in changed:
        raise FieldNotYours(field="organisation_id")
    if work.grant.scope != "all":
        for name in STAFF_FIELDS:
            if name in changed:
                raise FieldNotYours(field=name)
        if before.state != "requested":
            raise RequestClosed
    elif before.state not in ("requested", "instructed"):
        movable = {"years", "allocations", *STAFF_FIELDS} if before.state in GRANTED - {"closed"} else set()
        if changed - movable:
            raise RequestClosed
    return await replace(work, before, expected, values)


async def retire_subsidy(work: Work, subsidy_id: UUID, expected: int | None) -> Subsidy:
    """Withdraw the record of a request that was never decided."""
    before = await _locked(work, subsidy_id, expected)
    if before.retired_at is not None:
        return before
    if before.state not in ("requested", "instructed", "withdrawn"):
        raise RequestClosed
    return await replace(work, before, expected, {"retired_at": work.now})


async def instruct(work: Work, subsidy_id: UUID, expected: int | None) -> Subsidy:
    """Take up a request: from here on the organisation no longer changes it."""
    before = await _locked(work, subsidy_id, expected)
    state = step(before, "instructed", start=frozenset({"requested"}))
    return await replace(work, before, expected, {"state": state})


async def withdraw(work: Work, subsidy_id: UUID, expected: int | None) -> Subsidy:
    """Take a request back before it is decided."""
    before = await _locked(work, subsidy_id, expected)
    state = step(before, "withdrawn", start=frozenset({"requested", "instructed"}))
    return await replace(work, before, expected, {"state": state})


async def decide(
    work: Work,
    subsidy_id: UUID,
    expected: int | None,
    *,
    granted_cents: int,
    refused: bool,
    decided_on: dt.date,
    deliberation: str,
    reason: str | None,
    shares: Mapping[str, Any],
) -> Decision:
    """Record a decision, the first or a later one; each is kept as it was taken.

    `shares` are the years and the allocations of what is granted, where they are not those of the request.
    """
    before = await _locked(work, subsidy_id, expected)
    step(before, "decided", start=frozenset({"instructed", "decided", "refused", "agreement", "paying"}))
    under_way = before.state in ("agreement", "paying")
    if refused and granted_cents:
        raise RefusedWithAmount(field="granted_cents")
    if reason is None and (refused or granted_cents != before.requested_cents):
        raise ReasonMissing(field="reason")
    if granted_cents < before.paid_cents or (refused and under_way):
        raise LessThanPaid(field="granted_cents", paid_cents=before.paid_cents)
    after = await replace(
        work,
        before,
        expected,
        {
            "state": "refused" if refused else before.state if under_way else "decided",
            "granted_cents": granted_cents,
            "decided_on": decided_on,
            "deliberation": deliberation,
            "decision_reason": reason,
            **_sorted(shares),
        },
    )
    content = DecisionContent(
        subsidy_id=after.id,
        organisation_id=after.organisation_id,
        requested_cents=after.requested_cents,
        granted_cents=granted_cents,
        refused=refused,
        decided_on=decided_on,
        deliberation=deliberation,
        reason=reason,
        years=after.years,
        allocations=after.allocations,
    )
    return await subsidies_of(work).keep_decision(content, content_hash(content))


async def sign_agreement(work: Work, subsidy_id: UUID, expected: int | None, on: dt.date, reference: str) -> Subsidy:
    """Record the agreement that was signed after the decision."""
    before = await _locked(work, subsidy_id, expected)
    state = step(before, "agreement", start=frozenset({"decided"}))
    after_decision(before, on, "signed_on")
    return await replace(work, before, expected, {"state": state, "agreement_on": on, "agreement_reference": reference})


async def record_payment(
    work: Work, subsidy_id: UUID, expected: int | None, amount_cents: int, on: dt.date, reference: str | None
) -> Payment:
    """Pay under the lock of the subsidy, so that two clerks cannot both spend the last euro."""
    before = await _locked(work, subsidy_id, expected)
    after = pay(before, amount_cents, on)
    subsidies = subsidies_of(work)
    payment = Payment(
        id=work.new_id(),
        subsidy_id=before.id,
        number=await subsidies.payments(before) + 1,
        amount_cents=amount_cents,
        paid_on=on,
        reference=reference,
        recorded_by=work.actor.id,
        recorded_at=work.now,
    )
    await subsidies.keep_payment(payment)
    await replace(work, before, None, {"paid_cents": after.paid_cents, "state": after.state})
    return payment


async def report_received(work: Work, subsidy_id: UUID, expected: int | None, on: dt.date) -> Subsidy:
    """Record that the financial report was handed in."""
    before = await _locked(work, subsidy_id, expected)
    state = step(before, "reported", start=frozenset({"decided", "agreement", "paying"}))
    after_decision(before, on, "reported_on")
    return await replace(work, before, expected, {"state": state, "reported_on": on})


async def close(work: Work, subsidy_id: UUID, expected: int | None, on: dt.date) -> Subsidy:
    """Close a subsidy whose financial report was accepted."""
    before = await _locked(work, subsidy_id, expected)
    state = step(before, "closed", start=frozenset({"reported"}))
    after_decision(before, on, "closed_on")
    return await replace(work, before, expected, {"state": state, "closed_on": on})


async def _locked(work: Work, subsidy_id: UUID, expected: int | None) -> Subsidy:
    subsidy = await work.of(Subsidy).lock(subsidy_id)
    await require_owner(work, subsidy)
    if expected is not None and subsidy.version != expected:
        raise StaleVersion(expected=expected, current=subsidy.version)
    return subsidy


def _sorted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The shares in the order in which they are read back."""
    arranged = dict(values)
    if "years" in arranged:
        arranged["years"] = sorted(arranged["years"], key=lambda part: int(part.year))
    if "allocations" in arranged:
        arranged["allocations"] = sorted(arranged["allocations"], key=lambda part: str(part.edition_id))
    return arranged

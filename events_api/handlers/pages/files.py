"""The working pages of the files of an edition: attendance reports and subsidies, with their steps."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from events_api.domain import attendance, subsidies
from events_api.domain.actors import Grant
from events_api.domain.attendance import AttendanceReport, Grade, Note
from events_api.domain.records import Cents
from events_api.domain.subsidies import Allocation, BudgetYear, PaidCents, Reference, Subsidy
from events_api.handlers.pages.base import ZONE
from events_api.handlers.pages.records import Desk, Fact, Step, Table, record_pages
from events_api.read import attendance as reading_reports
from events_api.read import shapes
from events_api.read import subsidies as reading_subsidies
from events_api.read.connections import Pool
from events_api.store.transaction import SqlWork
from events_api.text import formats
from events_api.text.catalogue import label
from events_api.text.formats import Language
from events_api.text.interface import text

Values = Mapping[str, Any]


class Return(Struct, frozen=True, kw_only=True):
    """Why a report goes back."""

    note: Note


class Validation(Struct, frozen=True, kw_only=True):
    """The grade that the evidence deserves."""

    grade: Grade
    note: Note | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """What the assembly decided; the amount starts empty."""

    granted_cents: Cents
    refused: bool = False
    decided_on: dt.date
    deliberation: Reference
    reason: Note | None = None
    years: list[BudgetYear] | None = None
    allocations: list[Allocation] | None = None


class Agreement(Struct, frozen=True, kw_only=True):
    """The agreement that was signed."""

    signed_on: dt.date
    reference: Reference


class Payment(Struct, frozen=True, kw_only=True):
    """One payment."""

    amount_cents: PaidCents
    paid_on: dt.date
    reference: Reference | None = None


class Reported(Struct, frozen=True, kw_only=True):
    """When the financial report came."""

    reported_on: dt.date


class Closed(Struct, frozen=True, kw_only=True):
    """When the file was closed."""

    closed_on: dt.date


# Attendance reports


async def _submit(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    del values
    return await attendance.submit_report(work, record_id, expected)


async def _return(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    return await attendance.return_report(work, record_id, expected, values["note"])


async def _validate(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    return await attendance.validate_report(work, record_id, expected, values["grade"], values["note"])


def _report_facts(record: AttendanceReport, language: Language) -> list[Fact]:
    facts = []
    missing = attendance.missing_from(record)
    if record.state in ("draft", "returned") and missing:
        named = ", ".join(text(f"field.{name}", language) for name in missing)
        facts.append(Fact(text("report.missing", language), named))
    if record.accepted_grade:
        facts.append(Fact(text("report.accepted_grade", language), label("grade", record.accepted_grade, language)))
    if record.review_note:
        facts.append(Fact(text("report.review_note", language), record.review_note))
    return facts


async def _versions(pool: Pool, viewer: Grant, record_id: UUID, language: Language) -> list[Table]:
    versions = await reading_reports.versions(pool, viewer, record_id)
    rows = [
        [
            str(version.number),
            formats.day(version.submitted_at.astimezone(ZONE).date(), language),
            *(
                "—" if count is None else formats.integer(count, language)
                for count in (version.content.attendances, version.content.entries_in, version.content.tickets_issued)
            ),
            version.content.grade,
        ]
        for version in versions
    ]
    columns = ["report.version", "report.submitted_on", "field.attendances", "field.entries_in", "field.tickets_issued"]
    return [Table("report.versions", (*columns, "field.grade"), rows)] if rows else []


REPORTS: Final = Desk(
    shape=shapes.ATTENDANCE_REPORT,
    visibility=reading_reports.OF_OWN_ORGANISATION,
    path="/manage/reports",
    plural="AttendanceReports",
    state="state",
    state_group="report_state",
    create=attendance.draft_report,
    change=attendance.change_report,
    retire=attendance.retire_report,
    facts=_report_facts,
    tables=_versions,
    steps=(
        Step(
            key="submit",
            operation="submitAttendanceReport",
            run=_submit,
            states=frozenset({"draft", "returned"}),
        ),
        Step(
            key="validate",
            operation="validateAttendanceReport",
            run=_validate,
            states=frozenset({"submitted"}),
            asks=Validation,
        ),
        Step(
            key="return",
            operation="returnAttendanceReport",
            run=_return,
            states=frozenset({"submitted", "validated"}),
            asks=Return,
            look="secondary",
        ),
    ),
)


# Subsidies


async def _instruct(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    del values
    return await subsidies.instruct(work, record_id, expected)


async def _withdraw(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    del values
    return await subsidies.withdraw(work, record_id, expected)


async def _decide(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    decided = dict(values)
    shares = {name: decided.pop(name) for name in ("years", "allocations")}
    given = {name: value for name, value in shares.items() if value is not None}
    return await subsidies.decide(work, record_id, expected, **decided, shares=given)


async def _sign(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    return await subsidies.sign_agreement(work, record_id, expected, values["signed_on"], values["reference"])


async def _pay(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    # the form sent twice pays once: the second has the version from before the payment
    return await subsidies.record_payment(
        work, record_id, expected, values["amount_cents"], values["paid_on"], values["reference"]
    )


async def _report(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    return await subsidies.report_received(work, record_id, expected, values["reported_on"])


async def _close(work: SqlWork, record_id: UUID, expected: int, values: Values) -> object:
    return await subsidies.close(work, record_id, expected, values["closed_on"])


def _subsidy_facts(record: Subsidy, language: Language) -> list[Fact]:
    answer = subsidies.answered(record)
    facts = []
    if record.granted_cents is not None:
        facts = [
            Fact(text("subsidy.granted", language), formats.money(record.granted_cents, language)),
            Fact(text("subsidy.paid", language), formats.money(record.paid_cents, language)),
            Fact(text("subsidy.left", language), formats.money(answer.left_cents or 0, language)),
        ]
    if record.decided_on is not None:
        facts.append(Fact(text("field.decided_on", language), formats.day(record.decided_on, language)))
    facts.append(Fact(text("subsidy.report_due", language), formats.day(answer.report_due_on, language)))
    if record.source_document:
        facts.append(Fact(text("subsidy.source", language), record.source_document))
    return facts


async def _money(pool: Pool, viewer: Grant, record_id: UUID, language: Language) -> list[Table]:
    decided = [
        [
            str(decision.number),
            formats.day(decision.content.decided_on, language),
            formats.money(decision.content.granted_cents, language),
            decision.content.deliberation,
            decision.content.reason or "—",
        ]
        for decision in await reading_subsidies.decisions(pool, viewer, record_id)
    ]
    paid = [
        [
            str(payment.number),
            formats.day(payment.paid_on, language),
            formats.money(payment.amount_cents, language),
            payment.reference or "—",
        ]
        for payment in await reading_subsidies.payments(pool, viewer, record_id)
    ]
    tables = [
        Table(
            "subsidy.decisions",
            ("subsidy.number", "field.decided_on", "subsidy.granted", "field.deliberation", "field.reason"),
            decided,
        ),
        Table("subsidy.payments", ("subsidy.number", "field.paid_on", "field.amount_cents", "field.reference"), paid),
    ]
    return [table for table in tables if table.rows]


SUBSIDIES: Final = Desk(
    shape=shapes.SUBSIDY,
    visibility=reading_reports.OF_OWN_ORGANISATION,
    path="/manage/subsidies",
    plural="Subsidies",
    state="state",
    state_group="subsidy_state",
    create=subsidies.request_subsidy,
    change=subsidies.change_subsidy,
    retire=subsidies.retire_subsidy,
    facts=_subsidy_facts,
    tables=_money,
    steps=(
        Step(key="instruct", operation="instructSubsidy", run=_instruct, states=frozenset({"requested"})),
        Step(
            key="decide",
            operation="decideSubsidy",
            run=_decide,
            states=frozenset({"instructed", "decided", "refused", "agreement", "paying"}),
            asks=Decision,
        ),
        Step(
            key="sign",
            operation="signSubsidyAgreement",
            run=_sign,
            states=frozenset({"decided"}),
            asks=Agreement,
        ),
        Step(
            key="pay",
            operation="paySubsidy",
            run=_pay,
            states=frozenset({"decided", "agreement", "paying", "reported"}),
            asks=Payment,
        ),
        Step(
            key="report",
            operation="reportSubsidy",
            run=_report,
            states=frozenset({"decided", "agreement", "paying"}),
            asks=Reported,
            look="secondary",
        ),
        Step(
            key="close",
            operation="closeSubsidy",
            run=_close,
            states=frozenset({"reported"}),
            asks=Closed,
        ),
        Step(
            key="withdraw",
            operation="withdrawSubsidy",
            run=_withdraw,
            states=frozenset({"requested", "instructed"}),
            look="danger",
        ),
    ),
)

FILE_PAGES: Final = [page for desk in (REPORTS, SUBSIDIES) for page in record_pages(desk)]

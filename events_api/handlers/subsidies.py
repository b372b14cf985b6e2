"""Calls, envelopes, subsidies and funding plans over HTTP."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct

from events_api.domain import subsidies
from events_api.domain.attendance import Note
from events_api.domain.errors import NotFound
from events_api.domain.records import Cents, Instant, Year, given, incoming, patching
from events_api.domain.subsidies import (
    Allocation,
    BudgetYear,
    Call,
    Decision,
    Envelope,
    FundingLine,
    PaidCents,
    Payment,
    Reference,
    Subsidy,
    SubsidyAnswer,
    SubsidyState,
)
from events_api.handlers.answers import answer, expected_version, tag, version_if_given
from events_api.handlers.attendance import body
from events_api.handlers.context import grant_of
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.resources import listing, resource
from events_api.handlers.writing import Writing
from events_api.read import programme, shapes
from events_api.read import records as reading_records
from events_api.read import subsidies as reading
from events_api.read.attendance import OF_OWN_ORGANISATION
from events_api.read.connections import Pool

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
SubsidyIn: Any = incoming(Subsidy)
SubsidyPatch: Any = patching(Subsidy)


class DecisionIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided; an amount other than the one requested, or a refusal, carries its reason.

    The years and allocations of the request stay where none are given; they must fit in what is granted.
    """

    granted_cents: Cents
    refused: bool = False
    decided_on: dt.date
    deliberation: Reference
    reason: Note | None = None
    years: Annotated[list[BudgetYear], Meta(min_length=1, max_length=10)] | None = None
    allocations: Annotated[list[Allocation], Meta(max_length=100)] | None = None


class AgreementIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agreement that was signed."""

    signed_on: dt.date
    reference: Reference


class PaymentIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment that was made."""

    amount_cents: PaidCents
    paid_on: dt.date
    reference: Reference | None = None


class ReportedIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the financial report was handed in."""

    reported_on: dt.date


class ClosedIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the file was closed."""

    closed_on: dt.date


CallBase = resource(
    shapes.CALL,
    path="/calls",
    tag_name="subsidies",
    visibility=programme.EVERYBODY,
    example={
        "title_fr": "Soutien aux festivals 2025",
        "opens_on": "2024-10-01",
        "closes_on": "2024-12-15",
        "weights": [{"criterion": "attendance", "weight_bp": 6000}, {"criterion": "reach", "weight_bp": 4000}],
    },
)
EnvelopeBase = resource(
    shapes.ENVELOPE,
    path="/envelopes",
    tag_name="subsidies",
    visibility=reading.STAFF_ONLY,
    example={"name": "Grands événements", "year": 2025, "amount_cents": 450000000},
)
FundingLineBase = resource(
    shapes.FUNDING_LINE,
    path="/funding-lines",
    tag_name="subsidies",
    visibility=reading.OF_OWN_EDITION,
    example={
        "label": "Billetterie",
        "edition_id": "01a20639-a792-7320-906c-575dea178cea",
        "source_kind": "ticketing",
        "amount_cents": 12000000,
    },
)


class CallController(CallBase):  # type: ignore[misc, valid-type]
    """Invitations to request."""

    @get("/", operation_id="listCalls", summary="List calls", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        open_on: FromQuery[dt.date | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Call] | Changes[Call]]:
        conditions = (
            [] if open_on is None else [reading_records.Condition("{} between t.opens_on and t.closes_on", open_on)]
        )
        return await listing(
            request,
            pool,
            shapes.CALL,
            programme.EVERYBODY,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class EnvelopeController(EnvelopeBase):  # type: ignore[misc, valid-type]
    """Yearly budget lines."""

    @get("/", operation_id="listEnvelopes", summary="List envelopes", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        year: FromQuery[Year | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Envelope] | Changes[Envelope]]:
        return await listing(
            request,
            pool,
            shapes.ENVELOPE,
            reading.STAFF_ONLY,
            programme.equal("t.year", year),
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class FundingLineController(FundingLineBase):  # type: ignore[misc, valid-type]
    """Lines of the funding plans of editions."""

    @get("/", operation_id="listFundingLines", summary="List funding lines", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        edition: FromQuery[UUID | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[FundingLine] | Changes[FundingLine]]:
        return await listing(
            request,
            pool,
            shapes.FUNDING_LINE,
            reading.OF_OWN_EDITION,
            programme.of("t.edition_id", "edition", edition),
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class SubsidyController(Controller):
    """Subsidies from the request to the closing."""

    path = "/subsidies"
    tags = ("subsidies",)

    @post("/", operation_id="createSubsidy", summary="Request a subsidy", responses=WRITE_PROBLEMS)
    async def create(
        self,
        data: Annotated[
            SubsidyIn,
            body(
                {
                    "organisation_id": "01a20639-a789-730b-b64f-65dbeb811a7e",
                    "title": "Soutien à l'édition 2025",
                    "requested_cents": 5000000,
                    "years": [{"year": 2025, "amount_cents": 5000000}],
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[SubsidyAnswer]:
        return await write(
            lambda work: subsidies.request_subsidy(work, given(data)),
            status=201,
            location=lambda subsidy: f"/api/v1/subsidies/{subsidy.id}",
            present=subsidies.answered,
        )

    @get("/", operation_id="listSubsidies", summary="List subsidies", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        organisation: FromQuery[UUID | None] = None,
        edition: FromQuery[UUID | None] = None,
        envelope: FromQuery[UUID | None] = None,
        year: FromQuery[Year | None] = None,
        subsidy_state: FromQuery[SubsidyState | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[SubsidyAnswer] | Changes[SubsidyAnswer]]:
        conditions = [
            *programme.of("t.organisation_id", "organisation", organisation),
            *programme.of("t.envelope_id", "envelope", envelope),
            *programme.equal("t.state", subsidy_state),
        ]
        if year is not None:
            conditions.append(reading_records.Condition(reading.FOR_YEAR, year))
        if edition is not None:
            conditions.append(reading_records.Condition(reading.FOR_EDITION, edition))
        return await listing(
            request,
            pool,
            shapes.SUBSIDY,
            OF_OWN_ORGANISATION,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
            present=subsidies.answered,
        )

    @get("/{subsidy_id:uuid}", operation_id="readSubsidy", summary="Read a subsidy", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[SubsidyAnswer]:
        subsidy = await _seen(request, pool, subsidy_id)
        return answer(request, subsidies.answered(subsidy), etag=tag(subsidy))

    @patch("/{subsidy_id:uuid}", operation_id="changeSubsidy", summary="Change a subsidy", responses=CHANGE_PROBLEMS)
    async def change(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[SubsidyPatch, body({"requested_cents": 4500000, "years": [{"year": 2025}]})],
        write: NamedDependency[Writing],
    ) -> Response[SubsidyAnswer]:
        expected, values = expected_version(request), given(data)
        return await write(
            lambda work: subsidies.change_subsidy(work, subsidy_id, expected, values), present=subsidies.answered
        )

    @delete(
        "/{subsidy_id:uuid}",
        status_code=200,
        operation_id="retireSubsidy",
        summary="Retire a subsidy that was never decided",
        responses=CHANGE_PROBLEMS,
    )
    async def retire(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[SubsidyAnswer]:
        expected = expected_version(request)
        return await write(
            lambda work: subsidies.retire_subsidy(work, subsidy_id, expected), present=subsidies.answered
        )

    @post(
        "/{subsidy_id:uuid}/instruct",
        status_code=200,
        operation_id="instructSubsidy",
        summary="Take up a request",
        responses=CHANGE_PROBLEMS,
    )
    async def instruct(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[SubsidyAnswer]:
        expected = version_if_given(request)
        return await write(lambda work: subsidies.instruct(work, subsidy_id, expected), present=subsidies.answered)

    @post(
        "/{subsidy_id:uuid}/withdraw",
        status_code=200,
        operation_id="withdrawSubsidy",
        summary="Take a request back",
        responses=CHANGE_PROBLEMS,
    )
    async def withdraw(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[SubsidyAnswer]:
        expected = version_if_given(request)
        return await write(lambda work: subsidies.withdraw(work, subsidy_id, expected), present=subsidies.answered)

    @post(
        "/{subsidy_id:uuid}/decisions",
        operation_id="decideSubsidy",
        summary="Record a decision",
        responses=CHANGE_PROBLEMS,
    )
    async def decide(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[
            DecisionIn,
            body(
                {
                    "granted_cents": 4000000,
                    "decided_on": "2025-03-20",
                    "deliberation": "CULT-012-2025",
                    "reason": "The budget of the edition was reduced.",
                    "years": [{"year": 2025, "amount_cents": 4000000}],
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[Decision]:
        expected, shares = version_if_given(request), {"years": data.years, "allocations": data.allocations}
        return await write(
            lambda work: subsidies.decide(
                work,
                subsidy_id,
                expected,
                granted_cents=data.granted_cents,
                refused=data.refused,
                decided_on=data.decided_on,
                deliberation=data.deliberation,
                reason=data.reason,
                shares={name: value for name, value in shares.items() if value is not None},
            ),
            status=201,
        )

    @get(
        "/{subsidy_id:uuid}/decisions",
        operation_id="listSubsidyDecisions",
        summary="List the decisions on a subsidy",
        responses=READ_PROBLEMS,
    )
    async def decisions(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[list[Decision]]:
        await _seen(request, pool, subsidy_id)
        return answer(request, await reading.decisions(pool, grant_of(request.scope), subsidy_id))

    @post(
        "/{subsidy_id:uuid}/agreement",
        status_code=200,
        operation_id="signSubsidyAgreement",
        summary="Record the agreement",
        responses=CHANGE_PROBLEMS,
    )
    async def agreement(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[AgreementIn, body({"signed_on": "2025-04-15", "reference": "2025-0412"})],
        write: NamedDependency[Writing],
    ) -> Response[SubsidyAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: subsidies.sign_agreement(work, subsidy_id, expected, data.signed_on, data.reference),
            present=subsidies.answered,
        )

    @post(
        "/{subsidy_id:uuid}/payments",
        operation_id="paySubsidy",
        summary="Record a payment",
        responses=CHANGE_PROBLEMS,
    )
    async def pay(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[PaymentIn, body({"amount_cents": 2000000, "paid_on": "2025-05-02", "reference": "M-4711"})],
        write: NamedDependency[Writing],
    ) -> Response[Payment]:
        expected = version_if_given(request)
        return await write(
            lambda work: subsidies.record_payment(
                work, subsidy_id, expected, data.amount_cents, data.paid_on, data.reference
            ),
            status=201,
        )

    @get(
        "/{subsidy_id:uuid}/payments",
        operation_id="listSubsidyPayments",
        summary="List the payments of a subsidy",
        responses=READ_PROBLEMS,
    )
    async def payments(
        self, request: AnyRequest, subsidy_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[list[Payment]]:
        await _seen(request, pool, subsidy_id)
        return answer(request, await reading.payments(pool, grant_of(request.scope), subsidy_id))

    @post(
        "/{subsidy_id:uuid}/report",
        status_code=200,
        operation_id="reportSubsidy",
        summary="Record that the financial report was handed in",
        responses=CHANGE_PROBLEMS,
    )
    async def report(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[ReportedIn, body({"reported_on": "2026-05-30"})],
        write: NamedDependency[Writing],
    ) -> Response[SubsidyAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: subsidies.report_received(work, subsidy_id, expected, data.reported_on),
            present=subsidies.answered,
        )

    @post(
        "/{subsidy_id:uuid}/close",
        status_code=200,
        operation_id="closeSubsidy",
        summary="Close a subsidy",
        responses=CHANGE_PROBLEMS,
    )
    async def close(
        self,
        request: AnyRequest,
        subsidy_id: FromPath[UUID],
        data: Annotated[ClosedIn, body({"closed_on": "2026-06-30"})],
        write: NamedDependency[Writing],
    ) -> Response[SubsidyAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: subsidies.close(work, subsidy_id, expected, data.closed_on), present=subsidies.answered
        )


async def _seen(request: AnyRequest, pool: Pool, subsidy_id: UUID) -> Subsidy:
    subsidy = await reading_records.one(pool, shapes.SUBSIDY, OF_OWN_ORGANISATION, grant_of(request.scope), subsidy_id)
    if subsidy is None:
        raise NotFound(kind="subsidy")
    return subsidy


HANDLERS = (CallController, EnvelopeController, FundingLineController, SubsidyController)

"""The pages of those who watch over the platform: jobs and the audit trail."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from events_api.domain.errors import DomainError, NotFound
from events_api.domain.jobs import ENDED, JobState
from events_api.handlers.context import actor_of, grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import refusal
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import may
from events_api.handlers.paging import BIGGEST
from events_api.handlers.writing import Writing
from events_api.read import audit as trail
from events_api.read import jobs as reading
from events_api.read.connections import Pool
from events_api.store import jobs as store
from events_api.text.interface import text

JOB_STATES: Final = ("queued", "running", "done", "dead", "cancelled")
_PER_PAGE: Final = 50
Before = Annotated[int | None, QueryParameter(ge=1, le=BIGGEST)]
Word = Annotated[str, QueryParameter(pattern=r"^[A-Za-z_]*\Z", max_length=60)]


class JobsController(Controller):
    """What the workers do; dead jobs can be read and asked for again."""

    path = "/jobs"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listJobs")
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        job_state: FromQuery[str] = "",
        before: Before = None,
    ) -> Template:
        """List the jobs, the newest first."""
        language = language_of(request)
        wanted: JobState | None = next((known for known in JOB_STATES if known == job_state), None)
        found, last = await reading.jobs(pool, state=wanted, kind=None, before=before, limit=_PER_PAGE)
        return page(
            request,
            "jobs.html",
            title=text("jobs.title", language),
            trail=home_trail(language),
            jobs=found,
            following=last,
            states=JOB_STATES,
            state=wanted or "",
        )

    @get("/{job_id:uuid}", operation_id="readJob")
    async def show(self, request: AnyRequest, job_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show a job and how far it is."""
        return await _job_page(request, pool, job_id, Form())

    @post("/{job_id:uuid}/requeue", operation_id="requeueJob")
    async def requeue(
        self, request: AnyRequest, job_id: FromPath[UUID], pool: NamedDependency[Pool], write: NamedDependency[Writing]
    ) -> Response[Any]:
        """Ask again for a dead or cancelled job."""
        try:
            async with write.transact() as work:
                await store.requeue(work, job_id)
        except NotFound:
            raise
        except DomainError as error:
            return await _job_page(request, pool, job_id, Form(errors=refusal(error, (), language_of(request))))
        return done(request, f"/jobs/{job_id}", "requeued")

    @post("/{job_id:uuid}/cancel", operation_id="cancelJob")
    async def cancel(
        self, request: AnyRequest, job_id: FromPath[UUID], pool: NamedDependency[Pool], write: NamedDependency[Writing]
    ) -> Response[Any]:
        """Stop a job that waits or runs."""
        try:
            async with write.transact() as work:
                await store.cancel(work, job_id)
        except NotFound:
            raise
        except DomainError as error:
            return await _job_page(request, pool, job_id, Form(errors=refusal(error, (), language_of(request))))
        return done(request, f"/jobs/{job_id}", "cancelled")


async def _job_page(request: AnyRequest, pool: Pool, job_id: UUID, form: Form) -> Template:
    language = language_of(request)
    job = await reading.job(pool, grant_of(request.scope), actor_of(request.scope).id, job_id)
    if job is None:
        raise NotFound(kind="job")
    listed = (Crumb(text("jobs.title", language), "/jobs"),) if may(request, "listJobs") else ()
    return page(
        request,
        "job.html",
        title=text("jobs.one", language, kind=job.kind),
        trail=home_trail(language, *listed),
        status_code=409 if form.errors else 200,
        form=form,
        job=job,
        ended=job.state in ENDED,
        may_requeue=job.state in ("dead", "cancelled") and may(request, "requeueJob"),
        may_cancel=job.state not in ENDED and may(request, "cancelJob"),
    )


@get("/audit", operation_id="listAuditEntries", guards=[allowed])
async def audit_page(
    request: AnyRequest,
    pool: NamedDependency[Pool],
    subject: Word = "",
    operation: Word = "",
    record: FromQuery[UUID | None] = None,
    before: Before = None,
) -> Template:
    """Show who did what, the newest first."""
    language = language_of(request)
    wanted = trail.Wanted(subject_kind=subject or None, operation=operation or None, subject_id=record)
    found, last = await trail.entries(pool, request.app.state.master_key, wanted, before=before, limit=_PER_PAGE)
    return page(
        request,
        "audit.html",
        title=text("audit.title", language),
        trail=home_trail(language),
        entries=found,
        following=last,
        subject=subject,
        operation=operation,
        record=record,
    )


CONTROL_PAGES: Final = (JobsController, audit_page)

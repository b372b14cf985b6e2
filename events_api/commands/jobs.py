"""jobs list, show, requeue, cancel: background work from the command line."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import typer

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain.actors import EVERYTHING
from events_api.domain.jobs import JobState
from events_api.read import jobs as reading
from events_api.store import jobs as store
from events_api.store.transaction import SqlWork

JobId = Annotated[UUID, typer.Argument(help="The job's identifier.")]

app = typer.Typer(name="jobs", help="Background work: what waits, runs, failed; run it again.", no_args_is_help=True)


@app.command(name="list")
def list_jobs(
    state: Annotated[JobState | None, typer.Option(help="Only the jobs in this state.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only the jobs of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first."""
    found, _ = on_console(lambda console: reading.jobs(console.pool, state=state, kind=kind, before=None, limit=limit))
    if as_json:
        print_json(found)
        return
    for job in found:
        progress = f"{job.done_units}/{job.total_units}" if job.total_units else ""
        error = (job.last_error or "").partition("\n")[0]
        print_line(
            f"{job.id}  {job.kind:<24} {job.state:<9} {job.attempts:>2}/{job.max_attempts:<2} {progress:>9}"
            f"  {job.created_at:%Y-%m-%d %H:%M:%S}  {error}".rstrip()
        )


@app.command()
def show(job_id: JobId, *, as_json: AsJson = False) -> None:
    """Show one job with its last error."""
    _print(on_console(lambda console: _one(console, job_id)), as_json=as_json)


@app.command()
def requeue(job_id: JobId, *, as_json: AsJson = False) -> None:
    """Run a dead or cancelled job again."""
    _print(on_console(lambda console: _act(console, "requeue", store.requeue, job_id)), as_json=as_json)


@app.command()
def cancel(job_id: JobId, *, as_json: AsJson = False) -> None:
    """Stop a job that waits or runs."""
    _print(on_console(lambda console: _act(console, "cancel", store.cancel, job_id)), as_json=as_json)


async def _act(
    console: Console, verb: str, action: Callable[[SqlWork, UUID], Awaitable[None]], job_id: UUID
) -> reading.Job | None:
    async with console.transact(f"jobs.{verb}") as work:
        await action(work, job_id)
    return await _one(console, job_id)


async def _one(console: Console, job_id: UUID) -> reading.Job | None:
    return await reading.job(console.pool, EVERYTHING, None, job_id)


def _print(job: reading.Job | None, *, as_json: bool) -> None:
    if job is None:
        people.print("events-api: no job has this identifier")
        raise typer.Exit(1)
    if as_json:
        print_json(job)
        return
    for name in job.__struct_fields__:
        value: Any = getattr(job, name)
        if value is not None:
            print_line(f"{name}: {value}")

"""demo: the main job on the programme of 2024, from an empty folder to the annex, on separate processes."""

import asyncio
import datetime as dt
import http.client
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import typer
from msgspec import Struct
from rich.progress import Progress

from events_api.commands.console import Console
from events_api.commands.imports import PROGRAMME, import_festivals, import_programme
from events_api.commands.output import people, print_line
from events_api.commands.platform import running_platform
from events_api.domain.accounts import register
from events_api.domain.actors import Role
from events_api.domain.errors import NotFound
from events_api.embedded.child import run_until_stopped
from events_api.read import accounts as reading
from events_api.settings import Settings, master_key
from events_api.store import accounts
from events_api.store.passwords import Passwords
from events_api.store.pool import open_pool

YEAR: Final = 2024
ORGANISER: Final = "Association Marsatac"
HELD_ROLES: Final = ("organiser", "officer", "communication", "elected", "auditor", "administrator")
STEPS: Final = {
    "draft": ("to_review", "ready", "published"),
    "to_review": ("ready", "published"),
    "ready": ("published",),
}
PATIENCE_SECONDS: Final = 300
LOOK_SECONDS: Final = 0.2
PAGES: Final = (
    "/",
    "/calendrier",
    "/evenements",
    f"/tableau-de-bord/{YEAR}",
    f"/annexe/{YEAR}",
    "/login",
    "/help",
    "/api/v1/docs",
)

app = typer.Typer()


class DemoFailed(Exception):
    """A step of the demonstration that did not come out as it must."""


class Login(Struct, frozen=True, kw_only=True):
    """A simulated person."""

    role: str
    email: str
    password: str


class Api:
    """A client of the running platform, in a role, over HTTP."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = urlsplit(address)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def read(self, path: str) -> bytes:
        """The body of a GET; raises DemoFailed unless it is a 200."""
        return await self._call("GET", path, None, {})

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = msgspec.json.decode(await self.read(f"{path}&limit=200{cursor}"))
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = f"&cursor={page['next']}"

    async def post(self, path: str, body: object = None, *, version: int | None = None) -> dict[str, Any]:
        """The answer to a POST; raises DemoFailed unless it is a success."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer: dict[str, Any] = msgspec.json.decode(await self._call("POST", path, body, headers))
        return answer

    async def _call(self, method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
        return await asyncio.to_thread(self._exchange, method, path, body, self.headers | headers)

    def _exchange(self, method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
        connection = http.client.HTTPConnection(self.address.hostname or "", self.address.port, timeout=30)
        try:
            content = None if body is None else msgspec.json.encode(body)
            kind = {} if content is None else {"Content-Type": "application/json"}
            connection.request(method, path, content, headers | kind)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise DemoFailed(f"{method} {path} answered {answer.status}: {text[:300].decode(errors='replace')}")
        return text


class Timings:
    """How long each step took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, sentence: str) -> Iterator[None]:
        """Show a step while it runs and keep how long it took."""
        started = time.monotonic()
        with people.status(sentence):
            yield
        self.seconds[name] = round(time.monotonic() - started, 2)
        people.print(f"  {sentence.removesuffix('…')}: {self.seconds[name]:.1f} s", markup=False)


@app.command()
def demo(
    festivals: Annotated[
        Path | None, typer.Option(help="Also load the national list of festivals (CSV).", exists=True, dir_okay=False)
    ] = None,
    port: Annotated[int | None, typer.Option(help="Where the pages and the API listen.")] = None,
    out: Annotated[Path, typer.Option(help="Where --exit writes.")] = Path("out"),
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="Write everything to --out and end, instead of serving.")
    ] = False,
) -> None:
    """Run the main job on the programme of 2024, say where to look, and keep serving."""
    settings = Settings.read()
    if port is not None or leave:
        settings = msgspec.structs.replace(settings, port=port or 0)

    async def run() -> None:
        started = time.monotonic()
        timings = Timings()
        async with running_platform(settings, log_files=True) as platform:
            timings.seconds["platform"] = round(time.monotonic() - started, 2)
            people.print(f"  Servers, API and worker started: {timings.seconds['platform']:.1f} s", markup=False)
            async with await open_pool(platform.app_database_url, smallest=1, largest=2, application="demo") as pool:
                console = Console(pool, platform)
                summary = await _main_job(console, timings, festivals)
                if leave:
                    with timings.step("output", "Writing the results…"):
                        await _write(summary, timings, out)
                    print_line(f"Everything is in {out}/ (summary.json says what).")
                    return
            _say(platform, summary)
            await asyncio.Event().wait()

    run_until_stopped(run)


class Summary(Struct, frozen=True, kw_only=True):
    """What the demonstration did and where its results are."""

    url: str
    events: int
    editions: int
    published: int
    dashboards: int
    annex_version: int
    festivals: dict[str, int] | None
    simulated_logins: list[Login]
    gate_token: str
    officer_token: str


async def _main_job(console: Console, timings: Timings, festivals: Path | None) -> Summary:
    url = console.settings.public_url
    key = master_key(console.settings)
    with timings.step("programme", "Loading the communes and the programme of 2024…"):
        await import_programme(console.pool, key, PROGRAMME.read_bytes(), "programme_2024.json")
    found: dict[str, int] | None = None
    if festivals is not None:
        with timings.step("festivals", "Loading the national list of festivals…"), festivals.open("rb") as stream:
            run = await import_festivals(console.pool, key, stream, festivals.name)
            found = {"read": run.lines_read, "accepted": run.lines_accepted, "refused": run.lines_refused}
    with timings.step("people", "Making one simulated login per role…"):
        logins = await _logins(console)
        communication = Api(url, await _token(console, "communication"))
        officer_token = await _token(console, "officer")
        officer = Api(url, officer_token)
        administrator = Api(url, await _token(console, "administrator"))
    with timings.step("publication", f"Publishing the editions of {YEAR} as the communication team…"):
        editions = await communication.listed(f"/api/v1/editions?year={YEAR}")
        published = await _publish(communication, editions)
    with timings.step("dashboards", "Waiting for the workers to build the dashboards…"):
        await _idle(administrator)
    with timings.step("annex", f"Freezing the annex {YEAR}…"):
        job = (await officer.post(f"/api/v1/annexes/{YEAR}/freeze"))["job"]
        result = await _job(administrator, job)
        await _idle(administrator)
    with timings.step("check", "Reading every dashboard back…"):
        everything = await officer.listed("/api/v1/editions?")
        for edition in everything:
            await officer.read(f"/api/v1/dashboards/editions/{edition['id']}")
        await Api(url).read(f"/api/v1/dashboards/years/{YEAR}")
    gate = await _token(console, "gate", edition=next(one["id"] for one in editions))
    return Summary(
        url=url,
        events=len(await officer.listed("/api/v1/events?")),
        editions=len(everything),
        published=published,
        dashboards=len(everything) + 1,
        annex_version=result["version"],
        festivals=found,
        simulated_logins=logins,
        gate_token=gate,
        officer_token=officer_token,
    )


async def _logins(console: Console) -> list[Login]:
    """One simulated person per role, with a new password each time."""
    organisation = await reading.organisation_named(console.pool, ORGANISER)
    passwords = Passwords(threads=1)
    logins = []
    try:
        for role in HELD_ROLES:
            login = Login(role=role, email=f"{role}@simulation.invalid", password=secrets.token_urlsafe(12))
            hashed = await passwords.hash(login.password)
            async with console.transact("demo.login") as work:
                try:
                    account_id = (await reading.person_named(console.pool, login.email)).id
                except NotFound:
                    account = await register(
                        work,
                        email=login.email,
                        display_name=f"Simulation, {role}",
                        language="fr",
                        role=role,
                        organisation_id=organisation if role == "organiser" else None,
                        today=dt.datetime.now(ZoneInfo("Europe/Paris")).date(),
                    )
                    account_id = account.id
                await accounts.set_password(work, account_id, hashed)
            logins.append(login)
    finally:
        passwords.close()
    return logins


async def _token(console: Console, role: Role, *, edition: str | None = None) -> str:
    """A token for a day, named after the demonstration."""
    async with console.transact("demo.token") as work:
        values = {
            "name": f"Simulation, {role}",
            "role": role,
            "organisation_id": None,
            "edition_id": None if edition is None else msgspec.convert(edition, type=UUID),
            "scopes": ["read", "write"],
            "expires_at": work.now + dt.timedelta(days=1),
        }
        _, secret = await accounts.issue(work, values)
    return secret


async def _publish(api: Api, editions: list[dict[str, Any]]) -> int:
    """Take every edition through the editorial steps; returns how many are published."""
    with Progress(console=people, transient=True) as progress:
        for edition in progress.track(editions, description="Publishing"):
            version = edition["version"]
            for step in STEPS.get(edition["editorial_state"], ()):
                path = f"/api/v1/editions/{edition['id']}/editorial-state"
                version = (await api.post(path, {"to": step}, version=version))["version"]
    return len(editions)


async def _until(what: str, look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise DemoFailed(f"{what} did not end within {PATIENCE_SECONDS} s")
        await asyncio.sleep(LOOK_SECONDS)


async def _idle(api: Api) -> None:
    """Wait until no job waits or runs; a dead one is a failure."""

    async def look() -> bool:
        states: tuple[Literal["queued", "running"], ...] = ("queued", "running")
        for state in states:
            if msgspec.json.decode(await api.read(f"/api/v1/jobs?job_state={state}&limit=1"))["items"]:
                return False
        return True

    await _until("the jobs", look)
    dead = msgspec.json.decode(await api.read("/api/v1/jobs?job_state=dead&limit=1"))["items"]
    if dead:
        raise DemoFailed(f"the job {dead[0]['kind']} is dead: {dead[0]['last_error']}")


async def _job(api: Api, job_id: str) -> dict[str, Any]:
    """The result of a job once it has ended well."""

    async def look() -> dict[str, Any] | None:
        job: dict[str, Any] = msgspec.json.decode(await api.read(f"/api/v1/jobs/{job_id}"))
        return job if job["state"] in ("done", "dead", "cancelled") else None

    job = await _until("the job", look)
    if job["state"] != "done":
        raise DemoFailed(f"the job {job['kind']} ended {job['state']}: {job['last_error']}")
    result: dict[str, Any] = job["result"]
    return result


async def _write(summary: Summary, timings: Timings, out: Path) -> None:
    """Write what a reader of the platform gets: the annex, the dashboards, the calendar, the API document."""
    reader, officer = Api(summary.url), Api(summary.url, summary.officer_token)
    (out / "dashboards").mkdir(parents=True, exist_ok=True)
    for former in (out / "dashboards").glob("*.json"):
        former.unlink()
    version = f"/api/v1/annexes/{YEAR}/versions/{summary.annex_version}"
    wanted = {
        "annex.pdf": f"{version}/pdf",
        "annex.html": f"{version}/html",
        "annex.csv": f"{version}/csv",
        "calendar.ics": "/calendrier.ics",
        "openapi.json": "/api/v1/openapi.json",
        f"dashboards/{YEAR}.json": f"/api/v1/dashboards/years/{YEAR}",
    }
    for name, path in wanted.items():
        (out / name).write_bytes(await reader.read(path))
    for edition in await officer.listed("/api/v1/editions?"):
        content = await officer.read(f"/api/v1/dashboards/editions/{edition['id']}")
        (out / "dashboards" / f"{edition['id']}.json").write_bytes(content)
    plain = msgspec.to_builtins(summary)
    for name in ("gate_token", "officer_token", "simulated_logins", "url"):
        del plain[name]
    plain |= {"seconds": timings.seconds, "files": sorted(wanted)}
    (out / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(plain)) + b"\n")


def _say(settings: Settings, summary: Summary) -> None:
    """Say where to look and how to log in."""
    url = summary.url
    lines = [
        "",
        f"Ready at {url} (data in {settings.home}; Ctrl-C stops everything).",
        f"{summary.events} events, {summary.editions} editions ({summary.published} published), their dashboards,",
        f"and the annex {YEAR}, version {summary.annex_version}.",
        "",
        *(f"  {url}{page}" for page in PAGES),
        f"  {url}/api/v1/dashboards/years/{YEAR}",
        *(f"  {url}/api/v1/annexes/{YEAR}/versions/{summary.annex_version}/{form}" for form in ("pdf", "html", "csv")),
        "",
        "Simulated logins, for this demonstration only; their passwords are made anew each time:",
        *(f"  {login.role:<14} {login.email:<34} {login.password}" for login in summary.simulated_logins),
        f"  {'gate':<14} a token, for a day: {summary.gate_token}",
        "",
    ]
    for line in lines:
        print_line(line)

"""create_app: the only place where the layers meet."""

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from prometheus_client import CollectorRegistry

from events_api.handlers import (
    accounts,
    assessments,
    attendance,
    audit,
    dashboards,
    evidence,
    festivals,
    files,
    health,
    impact_boards,
    impact_files,
    imports,
    jobs,
    programme,
    publication,
    scans,
    shares,
    subsidies,
    ticket_files,
    tickets,
)
from events_api.handlers.envelope import Envelope
from events_api.handlers.guards import Permission
from events_api.handlers.identity import IdentityMiddleware
from events_api.handlers.kept import Kept
from events_api.handlers.lectern import Lectern
from events_api.handlers.openapi import ClosedStructs, document, read_openapi, say_what_holds
from events_api.handlers.pages import PagesPlugin
from events_api.handlers.pages.base import Site
from events_api.handlers.presence import Boards
from events_api.handlers.problems import EXCEPTION_HANDLERS
from events_api.handlers.turnstile import Turnstile
from events_api.handlers.writing import provide_writing
from events_api.importers.tickets.conversion import Readers
from events_api.logs import RequestLog, configure_logs
from events_api.settings import Settings, master_key
from events_api.store.files import DirectoryFiles
from events_api.store.gates import LiveScans
from events_api.store.migrate import shipped_migrations
from events_api.store.passwords import Passwords
from events_api.store.pool import open_gate_pool, open_pool
from events_api.store.renderings import Renderings

API_HANDLERS: tuple[Any, ...] = (
    *programme.HANDLERS,
    *attendance.HANDLERS,
    *evidence.HANDLERS,
    *assessments.HANDLERS,
    *impact_files.HANDLERS,
    *shares.HANDLERS,
    *impact_boards.HANDLERS,
    *subsidies.HANDLERS,
    *publication.HANDLERS,
    *files.HANDLERS,
    *dashboards.HANDLERS,
    *accounts.HANDLERS,
    *festivals.HANDLERS,
    *imports.HANDLERS,
    *ticket_files.HANDLERS,
    *tickets.HANDLERS,
    *jobs.HANDLERS,
    *audit.HANDLERS,
    *scans.HANDLERS,
    read_openapi,
)


def release() -> str:
    """The version of this program."""
    try:
        return version("events-api")
    except PackageNotFoundError:
        return "0.1.0"


def create_app(settings: Settings | None = None) -> Litestar:
    """Assemble the application; granian calls it without settings, which are then read from the environment."""
    settings = settings or Settings.read()
    configure_logs(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        dsn = settings.app_database_url or settings.database_url
        pool = await open_pool(dsn, smallest=settings.pool_min, largest=settings.pool_max, application="api")
        gate_pool = await open_gate_pool(dsn, largest=settings.pool_max)
        app.state.pool, app.state.gate_pool = pool, gate_pool
        try:
            yield
        finally:
            app.state.passwords.close()
            await app.state.readers.close()
            await gate_pool.close()
            await pool.close()

    def provide_pool(state: State) -> Any:
        return state.pool

    key, shipped, registry = master_key(settings), frozenset(shipped_migrations()), CollectorRegistry()
    store, kept = DirectoryFiles(settings.files), Kept()
    site = Site(
        operator=settings.operator,
        contact=settings.contact,
        hosting=settings.hosting,
        public_url=settings.public_url,
    )
    api = Router(
        path="/api/v1",
        route_handlers=API_HANDLERS,
        middleware=[Permission()],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app = Litestar(
        route_handlers=[api, *health.HANDLERS],
        lifespan=[lifespan],
        dependencies={
            "pool": Provide(provide_pool, sync_to_thread=False),
            "redis_url": Provide(lambda: settings.redis_url, sync_to_thread=False),
            "migrations": Provide(lambda: shipped, sync_to_thread=False),
            "registry": Provide(lambda: registry, sync_to_thread=False),
            "kept": Provide(lambda: kept, sync_to_thread=False),
            "files": Provide(lambda: store, sync_to_thread=False),
            "write": Provide(provide_writing, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        plugins=[ClosedStructs(), PagesPlugin(site)],
        middleware=[
            IdentityMiddleware(
                pool=lambda scope: scope["litestar_app"].state.pool, master_key=key, public_url=settings.public_url
            )
        ],
        openapi_config=document(release()),
        logging_config=None,  # `logs.py` configures the process; the crash handler logs every crash
        request_max_body_size=scans.MOST_BYTES,
    )
    app.state.master_key, app.state.passwords = key, Passwords()
    app.state.readers = Readers(settings.files, settings.bare_environ())
    app.state.live_scans, app.state.boards = LiveScans(lambda: app.state.gate_pool, key), Boards(lambda: app.state.pool)
    app.state.renderings = Renderings(settings.renderings)
    say_what_holds(app)
    lectern = Lectern(app.asgi_handler, kept, lambda: app.state.pool)
    turnstile = Turnstile(lectern, app.state.live_scans)
    app.asgi_handler = Envelope(turnstile, registry=registry, request_log=RequestLog(settings), https=site.https)
    return app

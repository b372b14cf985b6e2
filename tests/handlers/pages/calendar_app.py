"""The pages over a database, as the public sees them."""

from typing import Any

import asyncpg
from litestar import Litestar
from litestar.di import Provide

from events_api.handlers.pages import PUBLIC, PagesPlugin
from events_api.handlers.pages.base import Site

PUBLIC_URL = "https://agenda.example.org"


def application(pool: asyncpg.Pool, site: Site | None = None) -> Litestar:
    """Assemble the pages alone."""

    def provide_pool() -> Any:
        return pool

    return Litestar(
        [],
        plugins=[PagesPlugin(site or Site(public_url=PUBLIC_URL), PUBLIC)],
        dependencies={"pool": Provide(provide_pool, sync_to_thread=False)},
        openapi_config=None,
    )

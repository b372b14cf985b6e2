"""Bare Litestar routes: the same pool and the same SQL or one insert, none of our guarantees."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import uuid_utils.compat
from litestar import Litestar, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from events_api.domain.programme import Edition, Place
from events_api.domain.records import incoming
from events_api.read.shapes import SHAPES, record_of
from events_api.settings import Settings
from events_api.store.pool import open_pool

EDITION = SHAPES[Edition]
READ = f"select {EDITION.columns} from edition t where t.public_id = $1"
INSERT = "insert into place (public_id, name, sort_key, commune_insee) values ($1, $2, $2, $3)"
PlaceIn = incoming(Place)
_ENCODER = msgspec.json.Encoder()


@get("/editions/{record_id:uuid}")
async def read(state: State, record_id: FromPath[UUID]) -> Response[bytes]:
    """The same row, read with the same SQL and encoded to the same bytes."""
    row = await state.pool.fetchrow(READ, record_id)
    return Response(_ENCODER.encode(record_of(EDITION, row.items())), media_type="application/json")


@post("/places")
async def write(state: State, data: JSONBody[PlaceIn]) -> Response[bytes]:  # type: ignore[valid-type]
    """One insert, committed, and an answer of as many bytes."""
    await state.pool.execute(INSERT, uuid_utils.compat.uuid7(), data.name, data.commune_insee)  # type: ignore[attr-defined]
    return Response(state.answer, media_type="application/json", status_code=201)


def app() -> Litestar:
    """Assembled like ours: one process, the same pool."""
    settings = Settings.read()

    @contextlib.asynccontextmanager
    async def lifespan(application: Litestar) -> AsyncIterator[None]:
        application.state.pool = await open_pool(
            settings.app_database_url, smallest=settings.pool_min, largest=settings.pool_max, application="baseline"
        )
        application.state.answer = b" " * int(os.environ.get("BENCH_ANSWER_BYTES", "700"))
        yield
        await asyncio.shield(application.state.pool.close())

    return Litestar([read, write], lifespan=[lifespan], openapi_config=None, logging_config=None)

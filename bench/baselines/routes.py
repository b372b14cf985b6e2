"""Bare Litestar routes: the same pool and the same SQL or one insert, none of our guarantees."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import uuid_utils.compat
from litestar import Litestar, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from events_api.domain.attendance import ProgrammeFigure
from events_api.domain.programme import Edition
from events_api.domain.records import incoming
from events_api.domain.subsidies import Envelope
from events_api.read.impact import board_sql
from events_api.read.shapes import SHAPES, record_of
from events_api.settings import Settings
from events_api.store.pool import open_pool

EDITION = SHAPES[Edition]
READ = f"select {EDITION.columns} from edition t where t.public_id = $1"
INSERT = """
    insert into programme_figure
        (public_id, subject, year, quantity, value, unit, source_kind, source_document, source_field, stated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
"""
FigureIn = incoming(ProgrammeFigure)
INSERT_ENVELOPE = "insert into envelope (public_id, name, year, amount_cents) values ($1, $2, $3, $4)"
EnvelopeIn = incoming(Envelope)
READ_BOARD = board_sql("true")
INSERT_SCAN = "insert into bare_scan values ($1, $2, $3, $4, $5, $6)"
_ENCODER = msgspec.json.Encoder()


@get("/editions/{record_id:uuid}")
async def read(state: State, record_id: FromPath[UUID]) -> Response[bytes]:
    """The same row, read with the same SQL and encoded to the same bytes."""
    row = await state.pool.fetchrow(READ, record_id)
    return Response(_ENCODER.encode(record_of(EDITION, row.items())), media_type="application/json")


@post("/programme-figures/{size:int}")
async def write(state: State, size: FromPath[int], data: JSONBody[FigureIn]) -> Response[bytes]:  # type: ignore[valid-type]
    """One insert, committed, and an answer of as many bytes."""
    given: Any = data
    await state.pool.execute(
        INSERT,
        uuid_utils.compat.uuid7(),
        given.subject,
        given.year,
        given.quantity,
        given.value,
        given.unit,
        given.source_kind,
        given.source_document,
        given.source_field,
    )
    return Response(b" " * size, media_type="application/json", status_code=201)


@post("/envelopes/{size:int}")
async def write_envelope(state: State, size: FromPath[int], data: JSONBody[EnvelopeIn]) -> Response[bytes]:  # type: ignore[valid-type]
    """The same with a record that refers to nothing."""
    given: Any = data
    await state.pool.execute(INSERT_ENVELOPE, uuid_utils.compat.uuid7(), given.name, given.year, given.amount_cents)
    return Response(b" " * size, media_type="application/json", status_code=201)


class BareScan(msgspec.Struct):
    """What a gate sends."""

    ticket_code: str
    device: str
    sequence: int
    scanned_at: dt.datetime
    gate: str | None = None
    direction: str = "in"


@post("/scans/{size:int}")
async def write_scan(state: State, size: FromPath[int], data: JSONBody[BareScan]) -> Response[bytes]:
    """One insert of what was sent, committed: no token, no decision, no count."""
    await state.pool.execute(
        INSERT_SCAN, data.ticket_code, data.device, data.sequence, data.scanned_at, data.gate, data.direction
    )
    return Response(b" " * size, media_type="application/json")


@get("/bytes/{size:int}")
async def as_many(size: FromPath[int]) -> Response[bytes]:
    """An answer of as many bytes: no reader, no database."""
    return Response(b" " * size, media_type="application/json")


@get("/boards/{record_id:uuid}")
async def board(state: State, record_id: FromPath[UUID]) -> Response[bytes]:
    """The stored board of an edition, read with the same SQL."""
    row = await state.pool.fetchrow(READ_BOARD, record_id, "fr")
    return Response(row["content"], media_type="application/json")


def app() -> Litestar:
    """Assembled like ours: one process, the same pool."""
    settings = Settings.read()

    @contextlib.asynccontextmanager
    async def lifespan(application: Litestar) -> AsyncIterator[None]:
        application.state.pool = await open_pool(
            settings.app_database_url, smallest=settings.pool_min, largest=settings.pool_max, application="baseline"
        )
        yield
        await asyncio.shield(application.state.pool.close())

    return Litestar(
        [read, write, write_envelope, write_scan, as_many, board],
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )

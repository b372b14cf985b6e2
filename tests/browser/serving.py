"""Runs an application on a real server."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest


@asynccontextmanager
async def serving(factory: str, environ: dict[str, str] | None = None) -> AsyncIterator[str]:
    """Run an application on a real server and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "granian", "--interface", "asgi", "--factory", factory, "--port", str(port), "--no-log"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": ".", **(environ or {})},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                try:
                    await client.get(f"{address}/help")
                    break
                except httpx.TransportError:
                    assert process.returncode is None, "the server ended by itself"
                    await asyncio.sleep(0.1)
            else:
                pytest.fail("the server did not answer within a minute")
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()

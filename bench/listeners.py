"""Connections that follow a stream of events and throw it away, in a process of their own: `PORT PATH TOKEN COUNT`.

Prints a line once all of them are told, and ends with its standard input.
"""

import asyncio
import sys

from bench.load import request


async def main(port: int, path: str, token: str, count: int) -> None:
    asked = request("GET", path, headers={"Authorization": f"Bearer {token}"})

    async def listen(told: asyncio.Event) -> None:
        while True:  # a stream closes after a minute
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked)
            if b"200" not in await reader.readline():
                raise RuntimeError("no stream")
            while await reader.read(65536):
                told.set()

    events = [asyncio.Event() for _ in range(count)]
    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(listen(told)) for told in events]
        for told in events:
            await told.wait()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in listening:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))

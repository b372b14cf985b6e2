"""The embedded Redis: a Unix socket, an append-only file, and no key ever evicted."""

import signal
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from events_api.embedded.child import Command
from events_api.embedded.places import Places, redis_binary, write_for
from events_api.embedded.remains import end_servers_in

CONFIGURATION = """\
port 0
unixsocket "{run}/redis.sock"
unixsocketperm 700
daemonize no
dir "{directory}"
databases 64
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def server_command(places: Places, log_file: Path) -> Command:
    """Say how the server is run."""
    binary = redis_binary(places).resolve()  # Debian links redis-server to redis-check-rdb
    configuration = places.redis / "redis.conf"
    directory = str(places.redis).replace("\\", "\\\\").replace('"', '\\"')
    write_for(configuration, CONFIGURATION.format(run=places.run, directory=directory), places.account)

    async def ready() -> bool:
        client = Redis.from_url(url(places))
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()

    return Command(
        name="redis",
        argv=[str(binary), str(configuration)],
        account=places.account,
        grace_seconds=10.0,
        log_file=log_file,
        environ={"LC_ALL": "C", "TZ": "UTC"},
        before=lambda: end_servers_in(places.redis, binary.name, stop_signals=(signal.SIGTERM, signal.SIGKILL)),
        ready=ready,
    )


def url(places: Places, database: int = 0) -> str:
    """The address of one of its numbered databases."""
    return f"unix://{places.run}/redis.sock?db={database}"

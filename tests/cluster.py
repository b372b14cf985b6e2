"""Databases of a test run, on one server or spread over the nodes of the cluster that the server coordinates.

The cluster is the one that the coordinator's maintenance database knows: `scripts/citus_cluster.sh` makes such a one.
"""

import asyncio
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from events_api.settings import with_database
from events_api.store.distribute import distribute

WAITING = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())"
NODES = "select nodename, nodeport from pg_dist_node where isactive order by groupid"


async def create_database(url: str, name: str, template: str) -> None:
    """A database made from a template; on a coordinator, its tables, if any, are distributed to the other nodes."""
    await _execute(url, f'create database "{name}" template "{template}"')
    nodes = await _nodes(url)
    if not nodes or template == "template0":
        return
    first = await asyncpg.connect(with_database(url, "postgres"))
    try:  # one after the other: each tells the nodes of the roles, which all databases share
        await first.execute("select pg_advisory_lock(7358)")
        await _distribute(url, name, nodes)
    finally:
        await first.close()


async def _distribute(url: str, name: str, nodes: list[tuple[str, int]]) -> None:
    addresses = [_address(url, *node, name) for node in nodes]
    for node, address in zip(nodes[1:], addresses[1:], strict=True):
        await _execute(_address(url, *node, "postgres"), f'create database "{name}"')
        await _execute(address, "create extension citus")
    coordinator = await asyncpg.connect(with_database(url, name))
    try:
        await coordinator.execute("drop function if exists shared() cascade")  # its triggers cannot be distributed
        await coordinator.execute("create extension citus")
        await coordinator.execute(f"select citus_set_coordinator_host('{nodes[0][0]}', {nodes[0][1]})")
        for host, port in nodes[1:]:
            await coordinator.execute(f"select citus_add_node('{host}', {port})")
        await distribute(coordinator)
    finally:
        await coordinator.close()


async def drop_database(url: str, name: str) -> None:
    """Drop a database on every node."""
    for host, port in (await _nodes(url))[1:]:
        await _drop(_address(url, host, port, "postgres"), name)
    await _drop(url, name)


async def waits_for_a_lock(url: str) -> bool:
    """Whether anybody in the database waits for a lock, on whichever node: rows are locked where they lie."""
    name = urlsplit(url).path.removeprefix("/")
    for address in [_address(url, *node, name) for node in await _nodes(url)] or [url]:
        connection = await asyncpg.connect(address)
        try:
            if await connection.fetchval(WAITING):
                return True
        finally:
            await connection.close()
    return False


async def _drop(url: str, name: str) -> None:
    """Autovacuum may be at work there as a superuser, whom the owner of the database may not send away."""
    for _ in range(300):
        try:
            return await _execute(url, f'drop database if exists "{name}" with (force)')
        except asyncpg.InsufficientPrivilegeError:
            await asyncio.sleep(0.1)
    raise TimeoutError(f"somebody stays in {name}")


async def _nodes(url: str) -> list[tuple[str, int]]:
    """The coordinator and its workers, or nothing on a server that stands alone."""
    connection = await asyncpg.connect(with_database(url, "postgres"))
    try:
        if not await connection.fetchval("select exists (select from pg_extension where extname = 'citus')"):
            return []
        return [(row["nodename"], row["nodeport"]) for row in await connection.fetch(NODES)]
    finally:
        await connection.close()


def _address(url: str, host: str, port: int, database: str) -> str:
    parts = urlsplit(with_database(url, database))
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}{host}:{port}"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

"""Spread the tickets over the nodes of a Citus cluster: facts and counts by edition, what they refer to everywhere."""

from typing import Final

import asyncpg

from events_api.settings import APP_ROLE

EVERYWHERE: Final = ("edition", "ticket_import", "gate_settings")
"""Small tables that facts refer to or are read with: reference tables, a copy on every node."""
# The tables of the impact model stay where they are: a few rows for each edition, read with people and files that are
# there too, and never joined to facts.
BY_EDITION: Final = (
    "attendance_state",
    "attendance_label",
    "import_block",
    "gate_ticket",
    "live_scan",
    "attendance_count",
    "attendance_quarter",
    "attendance_minute",
    "attendance_presence",
)
"""Facts and counts: distributed by `edition_id`, those of an edition on one node, each after what it refers to."""


class NotACoordinator(Exception):
    """The database is not the coordinator of a Citus cluster; the text says what is missing."""


DISTRIBUTED = """
    select table_name::text as name from citus_tables where citus_table_type in ('reference', 'distributed')
"""
IDENTITIES = """
    select a.attrelid::regclass::text as relation, quote_ident(a.attname) as name,
           pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) as sequence
    from pg_attribute a join pg_dist_partition t on t.logicalrelid = a.attrelid
    where a.attidentity <> ''
"""


async def distribute(connection: asyncpg.Connection) -> list[str]:
    """Distribute what is not distributed yet; returns the tables that were, in order.

    `connection` is the owner's, on the coordinator, after the migrations; the nodes are in the cluster already. Rows
    that are there move to their nodes; all or nothing. Raises NotACoordinator.
    """
    if not await connection.fetchval("select exists (select from pg_extension where extname = 'citus')"):
        raise NotACoordinator("the extension citus is not in this database: create it on every node first")
    if not await connection.fetchval("select citus_is_coordinator()"):
        raise NotACoordinator("this node is not the coordinator of its cluster")
    if not await connection.fetchval("select count(*) from citus_get_active_worker_nodes()"):
        raise NotACoordinator("the cluster has no worker: add the nodes with citus_add_node first")
    async with connection.transaction():
        await connection.execute("set local citus.multi_shard_modify_mode = 'sequential'")  # reference tables first
        done = {row["name"] for row in await connection.fetch(DISTRIBUTED)}
        for table in EVERYWHERE:
            if table not in done:
                await connection.execute(f"select create_reference_table('{table}')")
        for table in BY_EDITION:
            if table not in done:
                beside = "default" if table == BY_EDITION[0] else BY_EDITION[0]
                await connection.execute(
                    f"select create_distributed_table('{table}', 'edition_id', colocate_with => '{beside}')"
                )
        changed = [table for table in EVERYWHERE + BY_EDITION if table not in done]
        for table in reversed(changed):  # the rows have been copied to the nodes: their first place is emptied
            await connection.execute(f"select truncate_local_data_after_distributing_table('{table}')")
        await _mend_sequences(connection)  # before anybody else can take a number from them
    database = await connection.fetchval("select quote_ident(current_database())")
    # a plan for any parameters cannot know the node of an edition
    await connection.execute(f"alter database {database} set plan_cache_mode = force_custom_plan")
    return changed


async def _mend_sequences(connection: asyncpg.Connection) -> None:
    """Tables that a foreign key ties to a reference table were made anew: their identities would start again at 1.

    Citus also asks for the sequence by name, so that the application needs a right that an identity column spares it.
    """
    for row in await connection.fetch(IDENTITIES):
        await bring_up(connection, row["relation"], row["name"], row["sequence"])
        await connection.execute(f"grant usage on sequence {row['sequence']} to {APP_ROLE}")


async def bring_up(connection: asyncpg.Connection, relation: str, column: str, sequence: str) -> None:
    """Let an identity go on after the rows that are there; never back, as a number may be taken and not committed."""
    if (last := await connection.fetchval(f"select max({column}) from {relation}")) is not None:
        await connection.execute(
            f"select setval('{sequence}', {last}) from {sequence} where ({last}, true) > (last_value, is_called)"
        )

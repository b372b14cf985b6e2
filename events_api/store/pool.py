"""The connections of one process."""

from typing import Any, Final

import asyncpg

from events_api.read.connections import Pool

ON_A_COORDINATOR = {"citus.override_table_visibility": "off"}
"""Citus asks of every relation that a query of the catalogue meets whether it is a shard, to hide it: asyncpg, which
looks up the types of arrays once in each connection, would wait two seconds each time. Elsewhere it says nothing."""
SESSION = ON_A_COORDINATOR | {
    "timezone": "UTC",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "4s",
    "jit": "off",  # every statement is short: compiling them costs more than they do
}

GATE_PLANS = """
    select set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
           set_config('enable_mergejoin', 'off', false), set_config('enable_material', 'off', false),
           case current_setting('plan_cache_mode')
               when 'auto' then set_config('plan_cache_mode', 'force_generic_plan', false)
           end
"""
"""A plan made while a table was empty would read all of it when it has grown: every statement of the gates has its
index. One plan for all editions saves planning, except on a cluster, where each has to know its node: `distribute` sets
that."""


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """Our statements leave no session state behind (settings and locks are those of their transaction), and asyncpg
    itself rolls back what was left open: the round trip of its default reset is not needed."""
    del connection


KEPT: Final[dict[str, Any]] = {"reset": _nothing_to_reset, "max_inactive_connection_lifetime": 300}


async def open_pool(dsn: str, *, smallest: int, largest: int, application: str) -> Pool:
    """Open the pool of a process; `application` is what the server's activity view shows."""
    session = SESSION | {"application_name": application}
    return await asyncpg.create_pool(
        dsn, **KEPT, min_size=smallest, max_size=largest, command_timeout=30, server_settings=session
    )


async def open_gate_pool(dsn: str, *, largest: int) -> Pool:
    """Open the pool of live scans: gates wait while an import that ends holds the counts of their edition."""
    session = SESSION | {"lock_timeout": "60s", "statement_timeout": "65s", "application_name": "gates"}
    return await asyncpg.create_pool(
        dsn, **KEPT, min_size=0, max_size=largest, command_timeout=70, init=_plan_for_gates, server_settings=session
    )


async def _plan_for_gates(connection: asyncpg.Connection) -> None:
    await connection.execute(GATE_PLANS)

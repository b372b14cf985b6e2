"""What is kept for a while only: idempotency keys, ended sessions, login attempts, old ticks and jobs."""

import asyncpg

EXPIRIES = {
    "idempotency_keys": "delete from idempotency where created_at < now() - interval '24 hours'",
    "web_sessions": "delete from web_session where expires_at < now()",
    "login_attempts": "delete from login_attempt where at < now() - interval '24 hours'",
    "schedule_runs": "delete from schedule_run where tick < now() - interval '60 days'",
    # the oldest by key are looked at, not the whole table; dead jobs stay until a person has read them
    "jobs": """
        delete from job using (
            (select id, finished_at from job where state = 'done' order by id limit 20000)
            union all
            (select id, finished_at from job where state = 'cancelled' order by id limit 20000)
        ) as oldest
        where job.id = oldest.id and oldest.finished_at < now() - interval '90 days'
    """,
}


async def forget_expired(connection: asyncpg.Connection) -> dict[str, int]:
    """Delete what has outlived its purpose; returns how many rows of each."""
    await connection.execute("set local statement_timeout = '60s'")
    return {name: int((await connection.execute(statement)).rpartition(" ")[2]) for name, statement in EXPIRIES.items()}

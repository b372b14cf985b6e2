"""What is kept for a while only: idempotency keys, ended sessions, login attempts, old ticks of schedules."""

import asyncpg

EXPIRIES = {
    "idempotency_keys": "delete from idempotency where created_at < now() - interval '24 hours'",
    "web_sessions": "delete from web_session where expires_at < now()",
    "login_attempts": "delete from login_attempt where at < now() - interval '24 hours'",
    "schedule_runs": "delete from schedule_run where tick < now() - interval '60 days'",
}


async def forget_expired(connection: asyncpg.Connection) -> dict[str, int]:
    """Delete what has outlived its purpose; returns how many rows of each."""
    return {name: int((await connection.execute(statement)).rpartition(" ")[2]) for name, statement in EXPIRIES.items()}

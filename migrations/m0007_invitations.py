"""Invitations: how a person sets a first or a forgotten password; a name for each session that opens nothing."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000007"

SQL = r"""
create table invitation (
    token_hash bytea primary key check (length(token_hash) = 32),
    account_id bigint not null unique references account,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at > created_at)
);

-- How a person names one of their sessions to end it: derived from what is stored, useless as a cookie.
create function session_public_id(token_hash bytea) returns uuid language sql immutable strict parallel safe as
    $$ select substr(encode(sha256(token_hash), 'hex'), 1, 32)::uuid $$;

grant select, insert, delete on invitation to events_app;
"""

forwards = sql_migration(ID, SQL, description="invitations")

"""People, machines, sessions, the audit trail, idempotency, jobs, the outbox and the file index."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000002"

SQL = r"""
create table account (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    email text check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
    display_name text check (length(display_name) between 1 and 120),
    password_hash text check (password_hash like '$argon2id$%'),
    language text not null default 'fr' check (language in ('fr', 'en')),
    locked_until timestamptz,
    erased_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check ((erased_at is null) = (email is not null)),
    check (erased_at is null or (display_name is null and password_hash is null))
);
create unique index account_email on account (email) where email is not null;

-- The key that encrypts one person's values in the audit trail; erasing the person deletes the row.
create table person_key (
    account_id bigint primary key references account,
    sealed_key bytea not null,
    created_at timestamptz not null default now()
);

create table web_session (
    token_hash bytea primary key check (length(token_hash) = 32),
    account_id bigint not null references account,
    csrf_secret bytea not null check (length(csrf_secret) = 32),
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at > created_at)
);
create index web_session_account on web_session (account_id);

create table login_attempt (
    subject text not null,
    at timestamptz not null default clock_timestamp(),
    id bigint generated always as identity,
    primary key (subject, at, id)
);

create table audit_entry (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    mark bigint not null default current_mark(),
    actor_kind text not null check (actor_kind in ('anonymous', 'person', 'machine', 'system')),
    actor_id uuid,
    role text not null,
    request_id text not null,
    operation text not null,
    subject_kind text not null,
    subject_id uuid,
    before jsonb,
    after jsonb,
    check ((actor_kind in ('person', 'machine')) = (actor_id is not null))
);
create index audit_entry_subject on audit_entry (subject_kind, subject_id, id);
create index audit_entry_at on audit_entry (at);
create index audit_entry_mark on audit_entry (mark, id);

-- The chain: hash = H(previous hash, position, entry hash). Written by the sealer, never changed.
create table audit_link (
    position bigint primary key check (position > 0),
    entry_id bigint not null unique,
    entry_hash bytea not null check (length(entry_hash) = 32),
    hash bytea not null check (length(hash) = 32),
    sealed_at timestamptz not null default clock_timestamp()
);

create table idempotency (
    principal text not null,
    key text not null check (length(key) between 1 and 255),
    request_hash bytea not null,
    status smallint not null,
    headers jsonb not null,
    body bytea not null,
    created_at timestamptz not null default now(),
    primary key (principal, key)
);
create index idempotency_created on idempotency (created_at);

create table job (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    kind text not null check (kind ~ '^[a-z][a-z0-9_]{2,40}$'),
    queue text not null check (queue in ('fast', 'bulk', 'render')),
    key text,
    payload jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'dead', 'cancelled')),
    attempts integer not null default 0 check (attempts >= 0),
    max_attempts integer not null check (max_attempts between 1 and 50),
    done_units bigint not null default 0 check (done_units >= 0),
    total_units bigint check (total_units >= 0),
    step text,
    run_after timestamptz not null default now(),
    lease_token uuid,
    lease_until timestamptz,
    last_error text,
    result jsonb,
    requested_by uuid,
    request_id text not null,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz not null default now(),
    check ((state = 'running') = (lease_token is not null)),
    check ((state in ('done', 'dead', 'cancelled')) = (finished_at is not null))
);
create unique index job_key on job (kind, key) where key is not null and state = 'queued';
create index job_due on job (run_after) where state = 'queued';
create index job_lease on job (lease_until) where state = 'running';
create index job_state on job (state, id);

create table outbox (
    id bigint generated always as identity primary key,
    job_id bigint not null references job on delete cascade,
    created_at timestamptz not null default now()
);

create table schedule_run (
    name text not null,
    tick timestamptz not null,
    job_id bigint references job,
    primary key (name, tick)
);

create table worker_heartbeat (
    worker text primary key,
    queues text[] not null,
    started_at timestamptz not null,
    beat_at timestamptz not null
);

create table stored_file (
    sha256 bytea primary key check (length(sha256) = 32),
    public_id uuid not null unique,
    bytes bigint not null check (bytes >= 0),
    media_type text not null,
    created_at timestamptz not null default now()
);

grant select, insert, update on account, person_key, web_session, login_attempt, job, schedule_run,
    worker_heartbeat to events_app;
grant delete on person_key, web_session, login_attempt, worker_heartbeat, schedule_run to events_app;
grant select, insert on audit_entry, audit_link, stored_file to events_app;
grant select, insert, delete on idempotency, outbox to events_app;
"""

forwards = sql_migration(ID, SQL, description="people, trail, jobs")

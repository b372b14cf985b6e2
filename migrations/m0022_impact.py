"""Assumption sets, what editions enter for the impact model, and assessments: rows that are never changed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_api.store.migrate import sql_migration

ID = "2026-11-28T06:00:00:000022"

SQL = r"""
-- A version of all assumptions. Another assumption is another version.
create table assumption_set (
    id integer generated always as identity primary key,
    public_id uuid not null unique,
    number integer not null unique check (number > 0),
    name text not null check (length(name) between 1 and 200),
    reason text not null check (length(reason) between 1 and 2000),
    based_on integer references assumption_set (number),
    content text not null,
    content_hash bytea not null check (length(content_hash) = 32),
    created_by uuid,
    created_at timestamptz not null default now()
);

-- What is entered for an edition: never changed, the next entry is a new version.
create table impact_entry (
    edition_id bigint not null references edition,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    content text not null,
    reason text check (length(reason) between 1 and 2000),
    entered_by uuid,
    entered_at timestamptz not null default now(),
    primary key (edition_id, number)
);

-- Another assumption for one edition, with the document that it comes from. Only its withdrawal is written later.
create table assumption_override (
    edition_id bigint not null references edition,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    key text not null check (length(key) between 1 and 80),
    content text not null,
    document_sha256 bytea check (length(document_sha256) = 32),
    stated_by uuid,
    stated_at timestamptz not null default now(),
    retired_by uuid,
    retired_at timestamptz,
    primary key (edition_id, number)
);
create unique index assumption_override_standing on assumption_override (edition_id, key) where retired_at is null;

-- What was asked: everything that a result depends on, besides the code.
create table impact_assessment (
    edition_id bigint not null references edition,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    entry_number integer not null,
    set_number integer not null references assumption_set (number),
    override_numbers integer[] not null,
    attendance text,
    content text not null,
    parameter_hash bytea not null check (length(parameter_hash) = 32),
    data_hash bytea not null check (length(data_hash) = 32),
    seed bigint not null check (seed >= 0),
    draws integer not null check (draws > 0),
    territory text not null check (length(territory) between 1 and 60),
    job_id uuid not null,
    requested_by uuid,
    requested_at timestamptz not null default now(),
    primary key (edition_id, number),
    foreign key (edition_id, entry_number) references impact_entry (edition_id, number)
);

-- What came of it: once, for ever.
create table impact_result (
    edition_id bigint not null,
    number integer not null,
    content text not null,
    code_hash bytea not null check (length(code_hash) = 32),
    numpy_version text not null,
    computed_at timestamptz not null default now(),
    primary key (edition_id, number),
    foreign key (edition_id, number) references impact_assessment (edition_id, number)
);

grant select, insert on assumption_set, impact_entry, assumption_override, impact_assessment, impact_result
    to events_app;
grant update (retired_by, retired_at) on assumption_override to events_app;
"""
FIRST = """
insert into assumption_set (public_id, number, name, reason, content, content_hash)
values ('01938f00-0000-7000-8000-000000000001', 1, 'AMP-IMPACT/1', 'AMP-IMPACT/1 §5', '{content}',
        decode('{digest}', 'hex'));
"""


async def forwards() -> MigrationManager:
    """The tables, and version 1 of the assumptions: the same bytes and the same hash everywhere."""
    from events_api.domain.assessments import kept_set  # noqa: PLC0415  slow import
    from events_api.importers.impact import first_parameters  # noqa: PLC0415  slow import

    content, digest = kept_set(first_parameters())
    first = FIRST.format(content=content.decode().replace("'", "''"), digest=digest.hex())
    return await sql_migration(ID, SQL + first, description="impact")()

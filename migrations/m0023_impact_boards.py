"""What workers make of assessments: the board of an edition in each language, and its row in the year."""

from events_api.store.migrate import sql_migration

ID = "2026-11-29T16:00:00:000023"

SQL = r"""
-- The latest computed assessment of an edition, drawn; the watermark is the mark below which every input was seen.
create table impact_board (
    edition_id bigint not null references edition,
    language text not null check (language in ('fr', 'en')),
    number integer not null check (number > 0),
    watermark bigint not null,
    input_hash bytea not null check (length(input_hash) = 32),
    code_hash bytea not null check (length(code_hash) = 32),
    content bytea not null,
    drawn_at timestamptz not null default now(),
    primary key (edition_id, language)
);
-- Read whole, each time: a copy costs less than the compression saves.
alter table impact_board alter column content set storage external;

-- What a year lists, adds and compares of an edition; without a number it was not assessed.
create table impact_edition (
    edition_id bigint primary key references edition,
    year integer not null,
    sort_key text not null,
    family_id bigint references family,
    commune_insee text references commune,
    organiser_id bigint references organisation,
    simulated boolean not null,
    attendances double precision check (attendances >= 0),
    grade text check (grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    attended_by text check (attended_by in ('figure', 'entry')),
    number integer check (number > 0),
    assessed_grade text check (assessed_grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    territory text,
    set_number integer,
    model_hash bytea,
    stale boolean not null default false,
    figures jsonb not null default '{}',
    npi double precision,
    support double precision,
    watermark bigint not null,
    input_hash bytea not null check (length(input_hash) = 32),
    computed_at timestamptz not null default now(),
    check ((attendances is null) = (grade is null)),
    check ((attendances is null) = (attended_by is null)),
    check ((number is null) = (territory is null))
);
create index impact_edition_year on impact_edition (year, sort_key, edition_id);

-- What is there already: rows that no job has filled yet, and the jobs that fill them.
insert into impact_edition (edition_id, year, sort_key, simulated, watermark, input_hash)
select e.id, e.year, v.sort_key, e.simulated, 0, sha256('') from edition e join event v on v.id = e.event_id
 where e.retired_at is null;
insert into job (public_id, kind, queue, key, payload, max_attempts, request_id)
select uuidv7(), 'refresh_dashboard', 'render', 'edition:' || e.public_id,
       jsonb_build_object('edition', e.public_id), 8, 'migration-23'
  from edition e where e.retired_at is null
on conflict (kind, key) where key is not null and state = 'queued' do nothing;

grant select, insert, update, delete on impact_board, impact_edition to events_app;
"""

forwards = sql_migration(ID, SQL, description="impact boards")

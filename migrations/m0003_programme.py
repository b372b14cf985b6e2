"""Organisations, families, places, events, editions, sessions, roadmap actions and external identifiers."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000003"

SQL = r"""
create table family (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    slug text not null unique check (slug ~ '^[a-z0-9]+([_-][a-z0-9]+)*$' and length(slug) <= 80),
    name_fr text not null check (length(name_fr) between 1 and 120),
    name_en text not null check (length(name_en) between 1 and 120),
    position integer not null default 0 check (position between 0 and 10000),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);

create table roadmap_action (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    code text not null unique check (code ~ '^[0-9]{1,2}([.][0-9]{1,2}){0,3}$'),
    name_fr text not null check (length(name_fr) between 1 and 300),
    name_en text check (length(name_en) between 1 and 300),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);

create table organisation (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    name text not null check (length(name) between 1 and 200),
    sort_key text not null,
    identifier_kind text not null check (identifier_kind in ('siret', 'rna', 'foreign', 'unknown')),
    siret text check (siret_is_valid(siret)),
    rna text check (rna ~ '^W[0-9][A-Z0-9][0-9]{7}$'),
    foreign_number text check (length(foreign_number) between 1 and 60),
    country text not null default 'FR' check (country ~ '^[A-Z]{2}$'),
    legal_form text check (
        legal_form in ('association', 'company', 'public_body', 'foundation', 'individual', 'other')),
    commune_insee text references commune,
    website text check (website ~ '^https?://' and length(website) <= 300),
    merged_into_id bigint references organisation check (merged_into_id <> id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check (identifier_kind <> 'siret' or siret is not null),
    check (identifier_kind <> 'rna' or rna is not null),
    check (identifier_kind <> 'foreign' or foreign_number is not null),
    check (identifier_kind <> 'unknown' or (siret is null and rna is null and foreign_number is null)),
    check (merged_into_id is null or retired_at is not null)
);
create unique index organisation_siret on organisation (siret) where siret is not null and retired_at is null;
create unique index organisation_rna on organisation (rna) where rna is not null and retired_at is null;
create index organisation_sort on organisation (sort_key, id);

create table place (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    name text not null check (length(name) between 1 and 200),
    sort_key text not null,
    address text check (length(address) between 1 and 300),
    postcode text check (postcode ~ '^[0-9]{5}$'),
    commune_insee text references commune,
    longitude double precision check (longitude between -180 and 180),
    latitude double precision check (latitude between -90 and 90),
    capacity integer check (capacity > 0),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check ((longitude is null) = (latitude is null))
);

create table event (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
    name text not null check (length(name) between 1 and 200),
    sort_key text not null,
    as_printed text check (length(as_printed) between 1 and 300),
    description_fr text check (length(description_fr) between 1 and 10000),
    description_en text check (length(description_en) between 1 and 10000),
    family_id bigint references family,
    sub_sector text check (length(sub_sector) between 1 and 120),
    audience text not null check (audience in ('public', 'professional', 'mixed')),
    commune_insee text references commune,
    website text check (website ~ '^https?://' and length(website) <= 300),
    merged_into_id bigint references event check (merged_into_id <> id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check (merged_into_id is null or retired_at is not null)
);
create index event_sort on event (sort_key, id);

-- Every slug an event ever had; the former ones go on answering with a redirect.
create table event_slug (
    slug text primary key,
    event_id bigint not null references event,
    since timestamptz not null default now()
);

create table event_party (
    event_id bigint not null references event,
    organisation_id bigint not null references organisation,
    role text not null check (role in ('organiser', 'partner', 'funder')),
    position integer not null default 0,
    primary key (event_id, organisation_id, role)
);
create index event_party_organisation on event_party (organisation_id);

create table event_action (
    event_id bigint not null references event,
    roadmap_action_id bigint not null references roadmap_action,
    primary key (event_id, roadmap_action_id)
);

create table edition (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    event_id bigint not null references event,
    year integer not null check (year between 1800 and 2200),
    number integer check (number between 1 and 1000),
    date_precision text not null check (date_precision in ('exact', 'year', 'text')),
    starts_on date,
    ends_on date,
    date_text_fr text check (length(date_text_fr) between 1 and 200),
    date_text_en text check (length(date_text_en) between 1 and 200),
    time_zone text not null default 'Europe/Paris' check (time_zone_exists(time_zone)),
    event_day_starts_at time not null default '05:00',
    capacity integer check (capacity > 0),
    status text not null default 'scheduled' check (
        status in ('scheduled', 'rescheduled', 'moved_online', 'postponed', 'full', 'cancelled')),
    editorial_state text not null default 'draft' check (
        editorial_state in ('draft', 'to_review', 'ready', 'published', 'refused')),
    first_published_at timestamptz,
    calendar_sequence integer not null default 0 check (calendar_sequence >= 0),
    summary_fr text check (length(summary_fr) between 1 and 1000),
    summary_en text check (length(summary_en) between 1 and 1000),
    guest_of_honour text check (length(guest_of_honour) between 1 and 120),
    note text check (length(note) between 1 and 1000),
    simulated boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check ((date_precision = 'exact') = (starts_on is not null)),
    check ((starts_on is null) = (ends_on is null)),
    check (ends_on >= starts_on),
    check (extract(year from starts_on) = year),
    check ((date_precision = 'text') = (date_text_fr is not null)),
    check (editorial_state <> 'published' or first_published_at is not null),
    -- two editions of one event never take place at the same time
    exclude using gist (
        int8range(event_id, event_id, '[]') with &&,
        daterange(starts_on, ends_on, '[]') with &&
    ) where (retired_at is null and starts_on is not null and status <> 'cancelled')
);
create unique index edition_of_year on edition (event_id, year, number) nulls not distinct where retired_at is null;
create index edition_year on edition (year, id);
create index edition_dates on edition (starts_on, id) where editorial_state = 'published';
create index edition_mark on edition (mark, id);
create index event_mark on event (mark, id);

create table edition_place (
    edition_id bigint not null references edition,
    place_id bigint not null references place,
    position integer not null default 0,
    primary key (edition_id, place_id)
);

create table session (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    place_id bigint references place,
    name_fr text not null check (length(name_fr) between 1 and 200),
    name_en text check (length(name_en) between 1 and 200),
    kind text not null check (kind in ('concert', 'show', 'screening', 'talk', 'reading', 'signing', 'match',
        'workshop', 'exhibition', 'meeting', 'other')),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    capacity integer check (capacity > 0),
    status text not null default 'scheduled' check (
        status in ('scheduled', 'rescheduled', 'moved_online', 'postponed', 'full', 'cancelled')),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id),
    check (ends_at > starts_at)
);

-- An identifier of ours in somebody else's system; one of theirs names one thing of ours for ever.
create table external_identifier (
    kind text not null check (kind in ('organisation', 'place', 'event', 'edition')),
    system text not null check (system ~ '^[a-z0-9][a-z0-9_.-]{1,39}$'),
    external_id text not null check (length(external_id) between 1 and 200),
    public_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (kind, system, external_id)
);
create index external_identifier_public on external_identifier (kind, public_id);

-- Who may act for whom: a role of a person, of an organisation (organiser) or of one edition (gate), for a while.
create table membership (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    account_id bigint not null references account,
    role text not null check (role in ('organiser', 'officer', 'communication', 'elected', 'auditor', 'administrator')),
    organisation_id bigint references organisation,
    starts_on date not null default current_date,
    ends_on date check (ends_on >= starts_on),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check ((role = 'organiser') = (organisation_id is not null))
);
create unique index membership_once on membership (account_id, role, organisation_id) nulls not distinct
    where retired_at is null;
create index membership_account on membership (account_id);

create table api_token (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    name text not null check (length(name) between 1 and 120),
    token_hash bytea not null unique check (length(token_hash) = 32),
    hint text not null check (length(hint) = 4),
    role text not null check (role in ('organiser', 'gate', 'officer', 'communication', 'elected', 'auditor',
        'administrator')),
    organisation_id bigint references organisation,
    edition_id bigint references edition,
    scopes text[] not null default '{read,write}' check (scopes <@ '{read,write}' and cardinality(scopes) > 0),
    expires_at timestamptz not null,
    last_used_at timestamptz,
    created_by uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check (expires_at > created_at),
    check ((role = 'organiser') = (organisation_id is not null)),
    check ((role = 'gate') = (edition_id is not null))
);

grant select, insert, update on family, roadmap_action, organisation, place, event, edition, session, membership,
    api_token, external_identifier to events_app;
grant select, insert on event_slug to events_app;
grant update (event_id) on event_slug to events_app;
grant select, insert, delete on event_party, event_action, edition_place to events_app;
"""

forwards = sql_migration(ID, SQL, description="programme")

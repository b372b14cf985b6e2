"""Functions, roles, the installation, the territories and the communes."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000001"

SQL = r"""
do $$
begin
    create role events_app nologin;
exception
    when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

create table installation (
    only_row boolean primary key default true check (only_row),
    epoch integer not null default 1 check (epoch between 1 and 30000),
    created_at timestamptz not null default now()
);
insert into installation default values;

-- A mark orders changes across transactions: the epoch (raised by a restore, because a new cluster counts its
-- transactions anew) in the high bits, the transaction id in the low 48.
create function current_mark() returns bigint language sql volatile parallel unsafe as
    $$ select (epoch::bigint << 48) | (pg_current_xact_id()::text::bigint & 281474976710655) from installation $$;
-- Below this mark every change is committed and visible, or will never be.
create function settled_mark() returns bigint language sql volatile parallel unsafe as
    $$ select (epoch::bigint << 48) | (pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 281474976710655)
       from installation $$;

-- Luhn over the 14 digits; the establishments of La Poste (SIREN 356000000) carry a digit sum divisible by 5 instead,
-- or pass Luhn as its head office does.
create function siret_is_valid(siret text) returns boolean language sql immutable strict parallel safe as $$
    select siret ~ '^[0-9]{14}$' and (
        (select sum(case when position % 2 = 0 then digit
                         when digit > 4 then digit * 2 - 9
                         else digit * 2 end)
           from (select substr(siret, position, 1)::integer as digit, position
                   from generate_series(1, 14) as position) as digits) % 10 = 0
        or (siret like '356000000%'
            and (select sum(substr(siret, position, 1)::integer) from generate_series(1, 14) as position) % 5 = 0)
    ) and siret <> '00000000000000'
$$;

create function time_zone_exists(name text) returns boolean language plpgsql immutable strict as $$
begin
    perform timestamptz '2000-01-01 00:00+00' at time zone name;
    return name ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)*$';
exception when others then
    return false;
end
$$;

create table territory (
    code text primary key check (code ~ '^[a-z0-9_]{2,30}$'),
    name_fr text not null,
    name_en text not null
);
insert into territory (code, name_fr, name_en) values
    ('amp', 'Métropole Aix-Marseille-Provence (92 communes)', 'Métropole Aix-Marseille-Provence (92 communes)'),
    ('departement_13', 'Bouches-du-Rhône', 'Bouches-du-Rhône'),
    ('region_sud', 'Région Provence-Alpes-Côte d''Azur', 'Provence-Alpes-Côte d''Azur region'),
    ('world', 'Sans limite de territoire', 'No territorial limit');

create table commune (
    insee text primary key check (insee ~ '^[0-9][0-9AB][0-9]{3}$'),
    name text not null,
    sort_key text not null,
    siren text not null check (siren ~ '^[0-9]{9}$'),
    departement text not null,
    population integer not null check (population > 0),
    population_source text not null,
    postcodes text[] not null,
    longitude double precision not null check (longitude between -180 and 180),
    latitude double precision not null check (latitude between -90 and 90),
    territory_code text not null references territory
);

grant usage on schema public to events_app;
grant select on installation, territory, commune, migration to events_app;
"""

forwards = sql_migration(ID, SQL, description="foundations")

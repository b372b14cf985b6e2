"""Charts of assessments that partners embed: what is shared, by whom, and when it was withdrawn."""

from events_api.store.migrate import sql_migration

ID = "2026-11-29T16:00:00:000024"

SQL = r"""
-- One chart of one computed assessment under an address that anybody may open. Only its withdrawal is written later.
create table chart_share (
    public_id uuid not null unique,
    token text not null unique check (token ~ '^[A-Za-z0-9_-]{22}$'),
    edition_id bigint not null,
    number integer not null,
    chart text not null check (length(chart) between 1 and 80),
    created_by uuid,
    created_at timestamptz not null default now(),
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    primary key (edition_id, public_id),
    foreign key (edition_id, number) references impact_result (edition_id, number)
);
create unique index chart_share_standing on chart_share (edition_id, number, chart) where withdrawn_at is null;

grant select, insert on chart_share to events_app;
grant update (withdrawn_by, withdrawn_at) on chart_share to events_app;
"""

forwards = sql_migration(ID, SQL, description="shares")

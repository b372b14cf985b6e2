#!/bin/sh
# Run once by the postgres image on an empty volume: the application logs in as itself, never as the schema's owner.
set -eu
password=$(cat /run/secrets/app_password)
psql --set ON_ERROR_STOP=1 --set password="$password" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role events_app login password :'password';
SQL

#!/bin/sh
# Write the secret files that compose.yaml names; existing ones stay as they are.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
write() { [ -e "secrets/$1" ] || printf '%s\n' "$2" > "secrets/$1"; }
write owner_password "$(random)"
write app_password "$(random)"
write master_key "$(random)"
write owner_database_url "postgresql://events_owner:$(cat secrets/owner_password)@postgres/events"
write app_database_url "postgresql://events_app:$(cat secrets/app_password)@postgres/events"
chmod 644 secrets/*  # the containers' users read them; nobody else passes the directory, which is private

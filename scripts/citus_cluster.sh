#!/bin/sh
# Start a coordinator and two workers with Citus on the loopback, for the tests: see docs/scaling.md.
#   scripts/citus_cluster.sh DIRECTORY PG_CONFIG [FIRST_PORT]     start, or start again
#   scripts/citus_cluster.sh DIRECTORY PG_CONFIG stop
# Not as root: PostgreSQL refuses that. DIRECTORY belongs to who runs this. Nothing in it survives a loss of power, and
# databases are made quickly: few shards, no waiting for the disk.
set -eu
base=$1
bin=$("$2" --bindir)
port=${3:-5730}

if [ "$port" = stop ]; then
    for node in worker2 worker1 coordinator; do
        "$bin/pg_ctl" -D "$base/$node" -m fast -w stop
    done
    exit 0
fi

number=0
for node in coordinator worker1 worker2; do
    data=$base/$node
    if [ ! -e "$data/PG_VERSION" ]; then
        "$bin/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 --locale C >/dev/null
        cat >> "$data/postgresql.conf" <<END
shared_preload_libraries = 'citus'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $((port + number))
max_connections = 300
max_prepared_transactions = 300
citus.shard_count = 8
fsync = off
full_page_writes = off
synchronous_commit = off
END
    fi
    "$bin/pg_ctl" -D "$data" -l "$data/log" -w start >/dev/null
    number=$((number + 1))
done

# The coordinator's maintenance database knows the cluster; every node lets the application's role in.
sql() { "$bin/psql" --quiet --no-psqlrc --set ON_ERROR_STOP=1 --tuples-only \
    "postgresql://postgres@127.0.0.1:$1/postgres" --command "$2" >/dev/null; }
role="do \$\$ begin if not exists (select from pg_roles where rolname = 'events_app') then create role events_app login;
    else alter role events_app login; end if; end \$\$"
for number in 0 1 2; do
    sql $((port + number)) "create extension if not exists citus"
    sql $((port + number)) "$role"
done
sql "$port" "select citus_set_coordinator_host('127.0.0.1', $port)"
sql "$port" "select citus_add_node('127.0.0.1', $((port + 1)))"
sql "$port" "select citus_add_node('127.0.0.1', $((port + 2)))"
printf 'postgresql://postgres@127.0.0.1:%s/postgres\n' "$port"

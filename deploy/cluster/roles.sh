#!/usr/bin/env bash
# Run once, when the first database is new: the roles beside the superuser, and Masthead's database.
set -euo pipefail

psql --username="$POSTGRES_USER" --dbname=postgres --set=ON_ERROR_STOP=1 \
    --set=database_password="${DATABASE_PASSWORD:?is not set}" \
    --set=replication_password="${REPLICATION_PASSWORD:?is not set}" <<'SQL'
create role masthead login password :'database_password';
create database masthead owner masthead encoding 'UTF8' template template0;
create role replicator login replication password :'replication_password';
SQL

# The nodes are on one network, which nobody else is on.
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"

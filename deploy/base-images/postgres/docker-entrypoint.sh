#!/usr/bin/env bash
# Sets a database up where the volume is new, runs what lies in /docker-entrypoint-initdb.d, then
# serves it.
set -euo pipefail
if [[ $1 == postgres && ! -s $PGDATA/PG_VERSION ]]; then
    : "${POSTGRES_PASSWORD:?is not set}"
    export POSTGRES_USER=${POSTGRES_USER:-postgres}
    export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
    # shellcheck disable=SC2086 # Several arguments in one variable.
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-}
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    # On its socket alone, so that nobody finds it half ready.
    PGUSER=$POSTGRES_USER pg_ctl --wait --options="-c listen_addresses=''" start
    if [[ $POSTGRES_DB != postgres ]]; then createdb --username="$POSTGRES_USER" "$POSTGRES_DB"; fi
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh) bash "$file" ;;
            *.sql) psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 --file="$file" ;;
        esac
    done
    pg_ctl --wait --mode=fast stop
fi
if [[ $1 == postgres ]]; then set -- "$@" -c "listen_addresses=*"; fi
exec "$@"

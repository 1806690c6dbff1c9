# Runs a private PostgreSQL until standard input ends, then stops it and removes its folder, or
# keeps it for the next time. Each line of standard input is an order: `stop`, `kill` as a power cut
# would, `start` again.
#
# Standard input is a pipe whose other end only the tests hold: however they end, by panic or by
# SIGKILL, the pipe ends with them. Usage: sh postgres.sh BIN DIR PORT keep|remove [PRIMARY], with
# DIR there, empty or kept. With the port of a primary it becomes a standby of that.

bin=$1 dir=$2 port=$3 afterwards=$4 primary=${5-}

# Caught, not ignored: an interrupted test run must still get to the last line.
trap : INT TERM HUP

# The server refuses to run as root, and stops should even this script be killed.
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as='setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig=INT'
elif command -v setpriv >/dev/null; then
    as='setpriv --pdeathsig=INT'
fi

make() {
    if [ "$primary" ]; then
        $as "$bin/pg_basebackup" --host=127.0.0.1 --port="$primary" --username=app --pgdata="$dir/data" \
            --wal-method=stream --checkpoint=fast --no-sync --write-recovery-conf
    else
        $as "$bin/initdb" --pgdata="$dir/data" --auth=trust --username=app --encoding=UTF8 \
            --locale=C.UTF-8 --no-sync --no-instructions
    fi
}

start() {
    # Nothing here has to survive a power cut.
    $as "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c shared_buffers=64MB \
        -c max_connections=200 -c max_prepared_transactions=10 -c wal_keep_size=256MB </dev/null >>"$dir/log" 2>&1 &
    server=$!
}

stop() {
    kill -INT $server 2>/dev/null
    wait $server
}

# All of its processes at once: the next one to start would wait for those that are left.
cut() {
    kill -KILL $server $(ps -o pid= --ppid $server) 2>/dev/null
    wait $server 2>/dev/null
}

cd /
if [ -f "$dir/data/PG_VERSION" ] || make </dev/null >"$dir/log" 2>&1; then
    start
    # Ends by end of file, or by a signal.
    while read -r order; do
        case $order in
            start) start ;;
            stop) stop ;;
            kill) cut ;;
        esac
    done
    stop
else
    cat "$dir/log" >&2
fi
[ "$afterwards" = keep ] || rm -rf "$dir"

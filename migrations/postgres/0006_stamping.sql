-- What stamping and the purges of a CDN need (docs/ARCHITECTURE.md). No row of content changes.

-- The mark of the pass that numbered the row: a number that was given twice shows by it.
alter table change_log add column mark text;

-- The log is read in the order of the numbers, from any place in it.
drop index change_log_by_seq;
create index change_log_by_seq on change_log (seq, id);

-- Where this clock stands: the cluster, its timeline, the database, the table. A promotion, a
-- restore into another table and a copy of a template are other places. It fails on a standby, which
-- so can never be taken for the primary. The prefix of the file's name shows a promotion at once;
-- `pg_control_checkpoint` only after the next checkpoint.
create function content_clock_place() returns text language sql stable as $$
    select concat_ws('/', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        (select oid from pg_database where datname = current_database()),
        cast('content_clock'::regclass as oid))
    from pg_control_system()
$$;

-- Up to which change a CDN has been told.
create table purge_cursors (
    provider text primary key,
    epoch text not null,
    seq bigint not null
);

-- Up to which change each instance has applied the log, as it last said.
create table instances (
    id text primary key,
    epoch text not null,
    seq bigint not null,
    -- Microseconds since the Unix epoch.
    seen_at bigint not null
) with (fillfactor = 50);

-- What stamping and the purges of a CDN need (docs/ARCHITECTURE.md). No row of content changes.

-- The mark of the pass that numbered the row: a number that was given twice shows by it.
alter table change_log add column mark text;

-- Whether a server has the file open; still set at a start, it was not stopped but fell.
alter table content_clock add column in_use integer not null default 0;

drop trigger change_log_is_stamped;

create trigger change_log_is_stamped after insert on change_log when new.seq is null
begin
    update content_clock set seq = seq + 1, mark = lower(hex(randomblob(8))) where id = 1;
    update change_log set (seq, mark) = (select seq, mark from content_clock where id = 1)
        where id = new.id;
end;

-- Up to which change a CDN has been told.
create table purge_cursors (
    provider text primary key,
    epoch text not null,
    seq integer not null
) strict;

-- Up to which change each instance has applied the log, as it last said.
create table instances (
    id text primary key,
    epoch text not null,
    seq integer not null,
    -- Microseconds since the Unix epoch.
    seen_at integer not null
) strict;

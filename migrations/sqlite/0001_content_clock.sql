-- The content clock (docs/ARCHITECTURE.md): the database counts its own changes.
--
-- A trigger writes a row of the change log in the transaction of the change itself, and numbers
-- it at once: SQLite has one writer, so the order of the numbers is the order of the commits.

create table content_clock (
    id integer primary key check (id = 1),
    -- The number of the newest change.
    seq integer not null,
    -- A random value; a number means nothing under another epoch.
    epoch text not null,
    -- Where the epoch was made, to notice that the database is another one now.
    place text,
    -- A random value that every stamping pass renews, to notice that a tail was lost.
    mark text
) strict;

insert into content_clock (id, seq, epoch) values (1, 0, lower(hex(randomblob(16))));

create table change_log (
    id integer primary key autoincrement,
    -- The number of the change on the content clock.
    seq integer,
    -- Cache tags, separated by spaces.
    cache_tags text not null
) strict;

create index change_log_by_seq on change_log (seq);

create trigger change_log_is_stamped after insert on change_log when new.seq is null
begin
    update content_clock set seq = seq + 1 where id = 1;
    update change_log set seq = (select seq from content_clock where id = 1) where id = new.id;
end;

-- The content clock (docs/ARCHITECTURE.md): the database counts its own changes.
--
-- A trigger writes a row of the change log in the transaction of the change itself. Its number
-- stays null until a stamping pass that sees the row gives it one.

create table content_clock (
    id integer primary key check (id = 1),
    -- The number of the newest stamped change.
    seq bigint not null,
    -- A random value; a number means nothing under another epoch.
    epoch text not null,
    -- Where the epoch was made, to notice that the database is another one now.
    place text,
    -- A random value that every stamping pass renews, to notice that a tail was lost.
    mark text
) with (fillfactor = 50);

insert into content_clock (id, seq, epoch) values (1, 0, replace(gen_random_uuid()::text, '-', ''));

create table change_log (
    id bigint generated always as identity primary key,
    -- The number of the stamping pass that saw the change; null until then.
    seq bigint,
    -- Cache tags, separated by spaces.
    cache_tags text not null
);

create index change_log_by_seq on change_log (seq);
create index change_log_unstamped on change_log (id) where seq is null;

-- What a crash can take back must not be shown. A transaction that changes content and asked for
-- `synchronous_commit = off` waits for its own disk after all.
create function change_log_is_durable() returns trigger language plpgsql as $$
begin
    if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'local', true);
    end if;
    return null;
end
$$;

create trigger change_log_is_durable before insert on change_log
    for each statement execute function change_log_is_durable();
alter table change_log enable always trigger change_log_is_durable;

-- Logs the cache tags of the rows that a statement changed, old and new. The argument is a list of
-- SQL expressions over such a row `r`; a null is no tag. Beyond 200 tags `all` says it shorter.
create function log_change() returns trigger language plpgsql as $$
declare
    changed constant text := case tg_op
        when 'INSERT' then 'select * from new_rows'
        when 'DELETE' then 'select * from old_rows'
        else 'select * from old_rows union all select * from new_rows'
    end;
    tags text;
    how_many bigint;
begin
    execute format(
        'select string_agg(tag, '' ''), count(*) from (
             select distinct tag from (%s) r cross join lateral unnest(array[%s]) tag
             where tag is not null limit 201
         ) tags', changed, tg_argv[0])
    into tags, how_many;
    if how_many > 0 then
        insert into change_log (cache_tags)
        values (case when how_many > 200 then 'all' else tags end);
    end if;
    return null;
end
$$;

create function log_truncate() returns trigger language plpgsql as $$
begin
    insert into change_log (cache_tags) values ('all');
    return null;
end
$$;

-- Puts the triggers of the change log on a table. They are `always`, so that restoring and
-- replicating sessions are no exception.
create procedure log_changes_of(tab text, tags text) language plpgsql as $$
begin
    execute format('create trigger log_insert after insert on %I referencing new table as new_rows
                    for each statement execute function log_change(%L)', tab, tags);
    execute format('create trigger log_update after update on %I referencing old table as old_rows new table as new_rows
                    for each statement execute function log_change(%L)', tab, tags);
    execute format('create trigger log_delete after delete on %I referencing old table as old_rows
                    for each statement execute function log_change(%L)', tab, tags);
    execute format('create trigger log_truncate after truncate on %I
                    for each statement execute function log_truncate()', tab);
    execute format('alter table %I enable always trigger log_insert', tab);
    execute format('alter table %I enable always trigger log_update', tab);
    execute format('alter table %I enable always trigger log_delete', tab);
    execute format('alter table %I enable always trigger log_truncate', tab);
end
$$;

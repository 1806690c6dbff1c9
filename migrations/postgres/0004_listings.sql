-- Listings hold what is a post and published; these triggers keep them so, whoever writes.

create function list_post() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from listings where post_id = new.id;
    end if;
    insert into listings (scope, listed_at, post_id)
        select scope, new.published_at, new.id
        from (
            select 'site' as scope
            union all select 'tag:' || tag_id from posts_tags where post_id = new.id
            union all select 'author:' || user_id from posts_authors where post_id = new.id
        ) scopes
        where new.type = 'post' and new.status = 'published';
    return null;
end
$$;

create trigger posts_enter_listings after insert on posts
    for each row when (new.type = 'post' and new.status = 'published') execute function list_post();
create trigger posts_move_in_listings after update of type, status, published_at on posts
    for each row when ((old.type, old.status, old.published_at) is distinct from (new.type, new.status, new.published_at))
    execute function list_post();
alter table posts enable always trigger posts_enter_listings;
alter table posts enable always trigger posts_move_in_listings;

-- The arguments: the kind of scope, and the column that names it. The post is locked first, in a
-- statement of its own: a transaction that publishes it meanwhile is waited for, and seen. This
-- goes for a member that leaves as well: that transaction may just be listing it.
create function list_member() returns trigger language plpgsql as $$
begin
    perform from posts where id in (old.post_id, new.post_id) order by id for share;
    if tg_op in ('UPDATE', 'DELETE') then
        delete from listings
            where post_id = old.post_id and scope = tg_argv[0] || ':' || (to_jsonb(old) ->> tg_argv[1]);
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into listings (scope, listed_at, post_id)
            select tg_argv[0] || ':' || (to_jsonb(new) ->> tg_argv[1]), p.published_at, p.id from posts p
            where p.id = new.post_id and p.type = 'post' and p.status = 'published';
    end if;
    return null;
end
$$;

create trigger move_in_listings after insert or delete or update of post_id, tag_id on posts_tags
    for each row execute function list_member('tag', 'tag_id');
create trigger move_in_listings after insert or delete or update of post_id, user_id on posts_authors
    for each row execute function list_member('author', 'user_id');
alter table posts_tags enable always trigger move_in_listings;
alter table posts_authors enable always trigger move_in_listings;

-- Rows of the counts are taken in one order, so that two transactions that publish do not wait for
-- each other in a circle.
create function count_listings() returns trigger language plpgsql as $$
begin
    if tg_op in ('UPDATE', 'DELETE') then
        insert into listing_counts (scope, bucket, posts)
            select scope, listed_at / 2592000000000, -count(*) from old_rows group by 1, 2 order by 1, 2
            on conflict (scope, bucket) do update set posts = listing_counts.posts + excluded.posts;
    end if;
    if tg_op in ('UPDATE', 'INSERT') then
        insert into listing_counts (scope, bucket, posts)
            select scope, listed_at / 2592000000000, count(*) from new_rows group by 1, 2 order by 1, 2
            on conflict (scope, bucket) do update set posts = listing_counts.posts + excluded.posts;
    end if;
    return null;
end
$$;

create trigger count_insert after insert on listings referencing new table as new_rows
    for each statement execute function count_listings();
create trigger count_update after update on listings referencing old table as old_rows new table as new_rows
    for each statement execute function count_listings();
create trigger count_delete after delete on listings referencing old table as old_rows
    for each statement execute function count_listings();
alter table listings enable always trigger count_insert;
alter table listings enable always trigger count_update;
alter table listings enable always trigger count_delete;

create function forget_counts() returns trigger language plpgsql as $$
begin
    delete from listing_counts;
    return null;
end
$$;

create trigger count_truncate after truncate on listings
    for each statement execute function forget_counts();
alter table listings enable always trigger count_truncate;

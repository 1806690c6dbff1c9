-- Listings hold what is a post and published; these triggers keep them so, whoever writes.

create trigger posts_enter_listings after insert on posts when new.type = 'post' and new.status = 'published'
begin
    insert into listings (scope, listed_at, post_id) values ('site', new.published_at, new.id);
end;

create trigger posts_move_in_listings after update of type, status, published_at on posts
when old.type is not new.type or old.status is not new.status or old.published_at is not new.published_at
begin
    delete from listings where post_id = new.id;
    insert into listings (scope, listed_at, post_id)
        select scope, new.published_at, new.id
        from (
            select 'site' as scope
            union all select 'tag:' || tag_id from posts_tags where post_id = new.id
            union all select 'author:' || user_id from posts_authors where post_id = new.id
        )
        where new.type = 'post' and new.status = 'published';
end;

create trigger posts_tags_enter_listings after insert on posts_tags
begin
    insert into listings (scope, listed_at, post_id)
        select 'tag:' || new.tag_id, p.published_at, p.id from posts p
        where p.id = new.post_id and p.type = 'post' and p.status = 'published';
end;

create trigger posts_tags_leave_listings after delete on posts_tags
begin
    delete from listings where post_id = old.post_id and scope = 'tag:' || old.tag_id;
end;

create trigger posts_tags_move_in_listings after update of post_id, tag_id on posts_tags
begin
    delete from listings where post_id = old.post_id and scope = 'tag:' || old.tag_id;
    insert into listings (scope, listed_at, post_id)
        select 'tag:' || new.tag_id, p.published_at, p.id from posts p
        where p.id = new.post_id and p.type = 'post' and p.status = 'published';
end;

create trigger posts_authors_enter_listings after insert on posts_authors
begin
    insert into listings (scope, listed_at, post_id)
        select 'author:' || new.user_id, p.published_at, p.id from posts p
        where p.id = new.post_id and p.type = 'post' and p.status = 'published';
end;

create trigger posts_authors_leave_listings after delete on posts_authors
begin
    delete from listings where post_id = old.post_id and scope = 'author:' || old.user_id;
end;

create trigger posts_authors_move_in_listings after update of post_id, user_id on posts_authors
begin
    delete from listings where post_id = old.post_id and scope = 'author:' || old.user_id;
    insert into listings (scope, listed_at, post_id)
        select 'author:' || new.user_id, p.published_at, p.id from posts p
        where p.id = new.post_id and p.type = 'post' and p.status = 'published';
end;

create trigger listings_count_insert after insert on listings
begin
    insert into listing_counts (scope, bucket, posts)
        values (new.scope, new.listed_at / 2592000000000, 1)
        on conflict (scope, bucket) do update set posts = posts + 1;
end;

create trigger listings_count_delete after delete on listings
begin
    update listing_counts set posts = posts - 1
        where scope = old.scope and bucket = old.listed_at / 2592000000000;
end;

create trigger listings_count_update after update of scope, listed_at on listings
begin
    update listing_counts set posts = posts - 1
        where scope = old.scope and bucket = old.listed_at / 2592000000000;
    insert into listing_counts (scope, bucket, posts)
        values (new.scope, new.listed_at / 2592000000000, 1)
        on conflict (scope, bucket) do update set posts = posts + 1;
end;

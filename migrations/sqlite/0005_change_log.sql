-- Which cache tags a change of a row raises: see `CacheTag`. They come from the old and the new row
-- itself, never from a look into another table, which two transactions could each miss.

create trigger users_log_insert after insert on users
begin
    insert into change_log (cache_tags) values ('author:' || new.id || ' author-slug:' || new.slug || ' authors');
end;

create trigger users_log_update after update on users
begin
    insert into change_log (cache_tags) values ('author:' || new.id || ' author-slug:' || new.slug || ' authors'
        || case when old.id is not new.id then ' author:' || old.id else '' end
        || case when old.slug is not new.slug then ' author-slug:' || old.slug else '' end);
end;

create trigger users_log_delete after delete on users
begin
    insert into change_log (cache_tags) values ('author:' || old.id || ' author-slug:' || old.slug || ' authors');
end;

create trigger tags_log_insert after insert on tags
begin
    insert into change_log (cache_tags) values ('tag:' || new.id || ' tag-slug:' || new.slug || ' tags');
end;

create trigger tags_log_update after update on tags
begin
    insert into change_log (cache_tags) values ('tag:' || new.id || ' tag-slug:' || new.slug || ' tags'
        || case when old.id is not new.id then ' tag:' || old.id else '' end
        || case when old.slug is not new.slug then ' tag-slug:' || old.slug else '' end);
end;

create trigger tags_log_delete after delete on tags
begin
    insert into change_log (cache_tags) values ('tag:' || old.id || ' tag-slug:' || old.slug || ' tags');
end;

create trigger posts_log_insert after insert on posts
begin
    insert into change_log (cache_tags) values ('post:' || new.id || ' slug:' || new.slug || ' posts'
        || case when new.featured then ' featured' else '' end);
end;

create trigger posts_log_update after update on posts
begin
    insert into change_log (cache_tags) values ('post:' || new.id || ' slug:' || new.slug || ' posts'
        || case when old.featured or new.featured then ' featured' else '' end
        || case when old.id is not new.id then ' post:' || old.id else '' end
        || case when old.slug is not new.slug then ' slug:' || old.slug else '' end);
end;

create trigger posts_log_delete after delete on posts
begin
    insert into change_log (cache_tags) values ('post:' || old.id || ' slug:' || old.slug || ' posts'
        || case when old.featured then ' featured' else '' end);
end;

create trigger posts_tags_log_insert after insert on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.tag_id);
end;

create trigger posts_tags_log_update after update on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.tag_id
        || case when old.post_id is not new.post_id then ' post:' || old.post_id else '' end
        || case when old.tag_id is not new.tag_id then ' members:' || old.tag_id else '' end);
end;

create trigger posts_tags_log_delete after delete on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || old.post_id || ' members:' || old.tag_id);
end;

create trigger posts_authors_log_insert after insert on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.user_id);
end;

create trigger posts_authors_log_update after update on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.user_id
        || case when old.post_id is not new.post_id then ' post:' || old.post_id else '' end
        || case when old.user_id is not new.user_id then ' members:' || old.user_id else '' end);
end;

create trigger posts_authors_log_delete after delete on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || old.post_id || ' members:' || old.user_id);
end;

-- The thirty days of a bucket: see `listing_counts`.
create trigger listings_log_insert after insert on listings
begin
    insert into change_log (cache_tags) values ('listing:' || new.scope
        || ' listing:' || new.scope || '/' || (new.listed_at / 2592000000000) || ' listings');
end;

create trigger listings_log_update after update on listings
begin
    insert into change_log (cache_tags) values ('listing:' || new.scope
        || ' listing:' || new.scope || '/' || (new.listed_at / 2592000000000) || ' listings');
    insert into change_log (cache_tags)
    select 'listing:' || old.scope
        || ' listing:' || old.scope || '/' || (old.listed_at / 2592000000000)
    where (old.scope, old.listed_at) is not (new.scope, new.listed_at);
end;

create trigger listings_log_delete after delete on listings
begin
    insert into change_log (cache_tags) values ('listing:' || old.scope
        || ' listing:' || old.scope || '/' || (old.listed_at / 2592000000000) || ' listings');
end;

create trigger redirects_log_insert after insert on redirects
begin
    insert into change_log (cache_tags) values ('path:' || new.path);
end;

create trigger redirects_log_update after update on redirects
begin
    insert into change_log (cache_tags) values ('path:' || new.path
        || case when old.path is not new.path then ' path:' || old.path else '' end);
end;

create trigger redirects_log_delete after delete on redirects
begin
    insert into change_log (cache_tags) values ('path:' || old.path);
end;

create trigger settings_log_insert after insert on settings
begin
    insert into change_log (cache_tags) values ('site');
end;

create trigger settings_log_update after update on settings
begin
    insert into change_log (cache_tags) values ('site');
end;

create trigger settings_log_delete after delete on settings
begin
    insert into change_log (cache_tags) values ('site');
end;

create trigger media_log_insert after insert on media
begin
    insert into change_log (cache_tags) values ('media:' || new.path);
end;

create trigger media_log_update after update on media
begin
    insert into change_log (cache_tags) values ('media:' || new.path
        || case when old.path is not new.path then ' media:' || old.path else '' end);
end;

create trigger media_log_delete after delete on media
begin
    insert into change_log (cache_tags) values ('media:' || old.path);
end;

create trigger search_documents_log_insert after insert on search_documents
begin
    insert into change_log (cache_tags) values ('search');
end;

create trigger search_documents_log_update after update on search_documents
begin
    insert into change_log (cache_tags) values ('search');
end;

create trigger search_documents_log_delete after delete on search_documents
begin
    insert into change_log (cache_tags) values ('search');
end;

-- What was there before the triggers has changed as a whole.
insert into change_log (cache_tags) values ('all');

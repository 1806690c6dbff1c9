-- Which cache tags a change of a row raises: see `CacheTag`. They come from the old and the new row
-- itself, never from a look into another table, which two transactions could each miss.

call log_changes_of('users', $$'author:' || r.id, 'author-slug:' || r.slug, 'authors'$$);
call log_changes_of('tags', $$'tag:' || r.id, 'tag-slug:' || r.slug, 'tags'$$);
call log_changes_of('posts', $$'post:' || r.id, 'slug:' || r.slug, 'posts',
    case when r.featured then 'featured' end$$);
call log_changes_of('posts_tags', $$'post:' || r.post_id, 'members:' || r.tag_id$$);
call log_changes_of('posts_authors', $$'post:' || r.post_id, 'members:' || r.user_id$$);
-- The thirty days of a bucket: see `listing_counts`.
call log_changes_of('listings', $$'listing:' || r.scope,
    'listing:' || r.scope || '/' || (r.listed_at / 2592000000000), 'listings'$$);
call log_changes_of('redirects', $$'path:' || r.path$$);
call log_changes_of('settings', $$'site'$$);
call log_changes_of('media', $$'media:' || r.path$$);
call log_changes_of('search_documents', $$'search'$$);

-- What was there before the triggers has changed as a whole.
insert into change_log (cache_tags) values ('all');

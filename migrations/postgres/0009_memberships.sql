-- What a filter chose by tags or authors may change with any post's: one word for all of them.

drop trigger log_insert on posts_tags;
drop trigger log_update on posts_tags;
drop trigger log_delete on posts_tags;
drop trigger log_truncate on posts_tags;
call log_changes_of('posts_tags', $$'post:' || r.post_id, 'members:' || r.tag_id, 'members'$$);

drop trigger log_insert on posts_authors;
drop trigger log_update on posts_authors;
drop trigger log_delete on posts_authors;
drop trigger log_truncate on posts_authors;
call log_changes_of('posts_authors', $$'post:' || r.post_id, 'members:' || r.user_id, 'members'$$);

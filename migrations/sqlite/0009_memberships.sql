-- What a filter chose by tags or authors may change with any post's: one word for all of them.

drop trigger posts_tags_log_insert;
create trigger posts_tags_log_insert after insert on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.tag_id || ' members');
end;

drop trigger posts_tags_log_update;
create trigger posts_tags_log_update after update on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.tag_id || ' members'
        || case when old.post_id is not new.post_id then ' post:' || old.post_id else '' end
        || case when old.tag_id is not new.tag_id then ' members:' || old.tag_id else '' end);
end;

drop trigger posts_tags_log_delete;
create trigger posts_tags_log_delete after delete on posts_tags
begin
    insert into change_log (cache_tags) values ('post:' || old.post_id || ' members:' || old.tag_id || ' members');
end;

drop trigger posts_authors_log_insert;
create trigger posts_authors_log_insert after insert on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.user_id || ' members');
end;

drop trigger posts_authors_log_update;
create trigger posts_authors_log_update after update on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || new.post_id || ' members:' || new.user_id || ' members'
        || case when old.post_id is not new.post_id then ' post:' || old.post_id else '' end
        || case when old.user_id is not new.user_id then ' members:' || old.user_id else '' end);
end;

drop trigger posts_authors_log_delete;
create trigger posts_authors_log_delete after delete on posts_authors
begin
    insert into change_log (cache_tags) values ('post:' || old.post_id || ' members:' || old.user_id || ' members');
end;

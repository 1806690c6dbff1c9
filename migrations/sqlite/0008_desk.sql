-- The desk asks for the posts of one state as well, newest change first, and counts each state.

create index posts_at_the_desk_by_status on posts (type, status, updated_at, id);

-- What signing in needs (docs/ARCHITECTURE.md). None of it is content: no row raises a cache tag.
-- All times are microseconds since the Unix epoch.

-- Who is signed in, and where: a row for each time that somebody signed in. Without its row a session
-- is worth nothing, on every instance at once.
create table sign_ins (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    created_at bigint not null,
    -- To the minute.
    seen_at bigint not null,
    user_agent text not null,
    address text not null
);
create index sign_ins_by_user on sign_ins (user_id, seen_at);

-- How often signing in went wrong of late: for an address of the network, an account, and both.
create table sign_in_failures (
    -- A hash.
    who text primary key,
    failures bigint not null,
    last_at bigint not null
);

-- The sessions, where they are not kept in Redis.
create table sessions (
    -- A hash of what the cookie holds, so that a copy of the database signs nobody in.
    id text primary key,
    -- JSON.
    data text not null,
    expires_at bigint not null
);
create index sessions_by_expiry on sessions (expires_at);

-- Random bytes that all instances share: made by whoever needs them first.
create table secrets (
    name text primary key,
    value bytea not null
);

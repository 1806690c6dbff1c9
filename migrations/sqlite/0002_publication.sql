-- A publication: who writes, what they write, and in which lists it stands.

create table users (
    id text primary key,
    name text not null,
    slug text not null unique,
    email text unique,
    role text not null,
    status text not null,
    profile_image text,
    cover_image text,
    bio text,
    website text,
    location text,
    facebook text,
    twitter text,
    threads text,
    bluesky text,
    mastodon text,
    tiktok text,
    youtube text,
    instagram text,
    linkedin text,
    meta_title text,
    meta_description text,
    created_at integer not null,
    updated_at integer not null
) strict;

-- Beside the users, so that a change of password is no change of content.
create table passwords (
    user_id text primary key references users (id) on delete cascade,
    -- In PHC form, which names the algorithm and its costs.
    hash text not null,
    changed_at integer not null
) strict;

create table tags (
    id text primary key,
    name text not null,
    slug text not null unique,
    description text,
    feature_image text,
    visibility text not null,
    accent_color text,
    meta_title text,
    meta_description text,
    og_image text,
    og_title text,
    og_description text,
    twitter_image text,
    twitter_title text,
    twitter_description text,
    canonical_url text,
    codeinjection_head text,
    codeinjection_foot text,
    created_at integer not null,
    updated_at integer not null
) strict;

create index tags_by_name on tags (lower(name));

-- What lists read stands first, the long texts last: they lie on pages of their own.
create table posts (
    id text primary key,
    type text not null check (type in ('post', 'page')),
    slug text not null,
    status text not null check (status in ('draft', 'scheduled', 'published')),
    visibility text not null,
    featured integer not null,
    published_at integer,
    created_at integer not null,
    updated_at integer not null,
    reading_time integer not null,
    title text not null,
    custom_excerpt text,
    excerpt text not null,
    feature_image text,
    feature_image_alt text,
    feature_image_caption text,
    locale text,
    uuid text not null unique,
    comment_id text,
    feed_guid text,
    meta_title text,
    meta_description text,
    og_image text,
    og_title text,
    og_description text,
    twitter_image text,
    twitter_title text,
    twitter_description text,
    canonical_url text,
    custom_template text,
    show_title_and_feature_image integer not null,
    trusted integer not null,
    revision integer not null,
    codeinjection_head text,
    codeinjection_foot text,
    frontmatter text,
    headings text not null,
    markdown text not null,
    html text not null,
    plaintext text not null,
    unique (type, slug),
    check (status = 'draft' or published_at is not null)
) strict;

create index posts_due on posts (published_at) where status = 'scheduled';
create index posts_at_the_desk on posts (type, updated_at, id);
-- It begins with the type although all its rows have the same: the planner of SQLite prefers any
-- index that a comparison can enter to one that is only in order.
create index pages_by_title on posts (type, lower(title), id) where type = 'page' and status = 'published';
create index posts_featured on posts (published_at, id) where featured;

create table posts_tags (
    post_id text not null references posts (id) on delete cascade,
    tag_id text not null references tags (id) on delete cascade,
    -- 0 is the primary tag.
    sort_order integer not null,
    primary key (post_id, tag_id)
) strict, without rowid;

create index posts_tags_by_tag on posts_tags (tag_id);

create table posts_authors (
    post_id text not null references posts (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    -- 0 is the primary author.
    sort_order integer not null,
    primary key (post_id, user_id)
) strict, without rowid;

create index posts_authors_by_user on posts_authors (user_id);

-- The published posts of a scope ('site', 'tag:ID', 'author:ID'), kept by triggers. A page of a
-- list is a range of this key, however long the list.
create table listings (
    scope text not null,
    listed_at integer not null,
    post_id text not null references posts (id) on delete cascade,
    primary key (scope, listed_at, post_id)
) strict, without rowid;

create index listings_by_post on listings (post_id);

-- How many posts of a scope fall into each span of 30 days, kept by triggers: enough to know how
-- many pages a list has and where the hundredth begins, without walking it.
create table listing_counts (
    scope text not null,
    bucket integer not null,
    posts integer not null,
    primary key (scope, bucket)
) strict, without rowid;

-- Addresses that something had before: they answer with a permanent redirect.
create table redirects (
    -- Without the slash at its end.
    path text primary key,
    post_id text references posts (id) on delete cascade,
    tag_id text references tags (id) on delete cascade,
    user_id text references users (id) on delete cascade,
    created_at integer not null,
    check ((post_id is not null) + (tag_id is not null) + (user_id is not null) = 1)
) strict;

create index redirects_by_post on redirects (post_id) where post_id is not null;

create table settings (
    key text primary key,
    -- JSON.
    value text not null
) strict;

create table media (
    id text primary key,
    -- The name in the store; it holds a hash of the bytes.
    path text not null unique,
    name text not null,
    content_type text not null,
    size integer not null,
    width integer,
    height integer,
    created_at integer not null
) strict;

-- What was imported from where, so that importing again changes only what changed.
create table import_sources (
    -- The kind of the source and the key within it.
    source_key text primary key,
    target_id text not null,
    -- A hash of all that was read.
    fingerprint text not null,
    imported_at integer not null
) strict;

create index import_sources_by_target on import_sources (target_id);

-- Programs that speak to the site for its owner, and the keys by which they are known.

create table integrations (
    id text primary key,
    name text not null,
    created_at bigint not null
);

create table api_keys (
    id text primary key,
    integration_id text not null references integrations (id) on delete cascade,
    kind text not null check (kind in ('content', 'admin')),
    -- Of a content key a hash, since it is only compared; of an admin key the secret itself, since
    -- signatures are checked with it.
    secret text not null unique,
    created_at bigint not null
);
create index api_keys_by_integration on api_keys (integration_id);

-- Beside the keys, so that to be used is no change of them.
create table api_key_uses (
    key_id text primary key references api_keys (id) on delete cascade,
    -- To the minute.
    seen_at bigint not null
);

-- No reader sees them; but every instance has to hear of it when a key is taken away.
call log_changes_of('api_keys', $$'integrations'$$);

-- Programs that speak to the site for its owner, and the keys by which they are known.

create table integrations (
    id text primary key,
    name text not null,
    created_at integer not null
) strict;

create table api_keys (
    id text primary key,
    integration_id text not null references integrations (id) on delete cascade,
    kind text not null check (kind in ('content', 'admin')),
    -- Of a content key a hash, since it is only compared; of an admin key the secret itself, since
    -- signatures are checked with it.
    secret text not null unique,
    created_at integer not null
) strict;
create index api_keys_by_integration on api_keys (integration_id);

-- Beside the keys, so that to be used is no change of them.
create table api_key_uses (
    key_id text primary key references api_keys (id) on delete cascade,
    -- To the minute.
    seen_at integer not null
) strict;

-- No reader sees them; but every instance has to hear of it when a key is taken away.
create trigger api_keys_log_insert after insert on api_keys
begin
    insert into change_log (cache_tags) values ('integrations');
end;

create trigger api_keys_log_update after update on api_keys
begin
    insert into change_log (cache_tags) values ('integrations');
end;

create trigger api_keys_log_delete after delete on api_keys
begin
    insert into change_log (cache_tags) values ('integrations');
end;

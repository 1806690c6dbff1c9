-- Webhooks: who wants to be told of what; what happened; and what became of the telling.

create table webhooks (
    id text primary key,
    integration_id text not null references integrations (id) on delete cascade,
    event text not null,
    target_url text not null,
    name text,
    -- Signatures are made with it, so it is kept as it is.
    secret text,
    api_version text,
    created_at bigint not null,
    updated_at bigint not null,
    -- Of the last attempt, as Ghost's API shows it.
    last_triggered_at bigint,
    last_triggered_status text,
    last_triggered_error text,
    unique (integration_id, event, target_url)
);

-- Written in the transaction of the change, and only what some webhook wants.
create table events (
    id bigint generated always as identity primary key,
    kind text not null,
    -- The post or the tag that it happened to; null where it is the site. It may be gone by now.
    subject_id text,
    -- Of the fields that changed, what they were: an object in JSON.
    previous text not null,
    recorded_at bigint not null
);

create table deliveries (
    id text primary key,
    event_id bigint not null references events (id) on delete cascade,
    -- No reference: a webhook that is removed at the same moment must not undo the change that it was to be
    -- told of. What is for nobody any more is never sent, and goes with its event.
    webhook_id text not null,
    state text not null check (state in ('pending', 'delivered', 'given_up')),
    attempts integer not null,
    -- When it may be tried. Whoever tries it moves this ahead first: so nobody else does, unless they are
    -- not heard of for that long.
    next_at bigint not null,
    tried_at bigint,
    status integer,
    error text,
    unique (event_id, webhook_id)
);

create index deliveries_pending on deliveries (next_at) where state = 'pending';
create index deliveries_by_webhook on deliveries (webhook_id, event_id);

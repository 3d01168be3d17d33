-- Addresses of programs that are told what happened, and every message to each of them, in order.
create table webhooks (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,
    url text not null,
    -- What it is told of (JSON list).
    events jsonb not null,
    -- Signs what is sent: it must be at hand, so it cannot be kept as a hash.
    secret text not null,
    enabled boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index webhooks_of_user on webhooks (user_id, created_at);

create table deliveries (
    id uuid primary key,
    webhook_id uuid not null references webhooks (id) on delete cascade,
    -- What happened, and the facts as they were then (JSON).
    event text not null,
    facts jsonb not null,
    state text not null check (state in ('pending', 'delivered', 'failed')),
    attempts bigint not null,
    next_attempt_at bigint not null,
    last_status bigint,
    last_error text,
    created_at bigint not null,
    ended_at bigint,
    check ((state = 'pending') = (ended_at is null))
);
create index deliveries_of_webhook on deliveries (webhook_id, created_at);
-- The first of each webhook is the next to be sent.
create index deliveries_pending on deliveries (webhook_id, created_at) where state = 'pending';

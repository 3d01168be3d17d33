-- What creating calls answered, so that asking again with the same key creates nothing again.
create table idempotency_keys (
    user_id uuid not null references users (id) on delete cascade,
    -- BLAKE3 of the key and of the request it came with.
    key_hash bytea not null,
    request_hash bytea not null,
    -- What the call creates has this id, however often it must be begun anew.
    object_id uuid not null,
    -- Somebody is at it until then.
    locked_until bigint not null,
    -- The answer, sealed: it may hold secrets that are shown once.
    status bigint,
    answer bytea,
    created_at bigint not null,
    primary key (user_id, key_hash),
    check ((status is null) = (answer is null))
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What each committed attempt cost: one row each, and their sum is the bill. They outlive what they were for.
-- They are also what estimates are learnt from.
create table charges (
    task_id uuid not null,
    attempt bigint not null,
    user_id uuid not null references users (id),
    export_id uuid references exports (id) on delete set null,
    kind text not null,
    -- What decides how long it takes and how large it gets: encoder, quality, speed. Empty where nothing does.
    recipe text not null,
    -- Pixels encoded; milliseconds of sound.
    amount bigint not null,
    render_ms bigint not null,
    size_bytes bigint not null,
    created_at bigint not null,
    primary key (task_id, attempt)
);
create index charges_of_user on charges (user_id, created_at);
create index charges_of_export on charges (export_id);
-- Estimates look at the newest of each recipe.
create index charges_by_recipe on charges (recipe, created_at);
create index charges_by_kind on charges (kind, created_at);

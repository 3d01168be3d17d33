-- How much each user may order and keep, and what is counted to tell.
create table user_limits (
    user_id uuid primary key references users (id) on delete cascade,
    -- Where nothing stands, what the configuration says holds.
    active_exports bigint check (active_exports >= 0),
    exports_per_hour bigint check (exports_per_hour >= 0),
    storage_bytes bigint check (storage_bytes >= 0),
    file_bytes bigint check (file_bytes >= 0)
);

-- Every order of the last hour: deleting an export does not take its order back.
create table export_orders (
    user_id uuid not null references users (id) on delete cascade,
    ordered_at bigint not null
);
create index export_orders_of_user on export_orders (user_id, ordered_at);

-- What its files are expected to hold, until they are there.
alter table exports add column expected_bytes bigint not null default 0;
create index exports_active_of_user on exports (user_id) where status in ('pending', 'processing');

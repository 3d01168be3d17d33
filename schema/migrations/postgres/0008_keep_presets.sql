-- What people export with: presets they named, and what they begin with.
create table presets (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,
    -- Resolution, format and the rest (JSON).
    settings jsonb not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (user_id, name)
);

create table export_settings (
    user_id uuid primary key references users (id) on delete cascade,
    -- The preset these come from, if they do.
    preset_id uuid references presets (id) on delete set null,
    settings jsonb not null,
    updated_at bigint not null
);

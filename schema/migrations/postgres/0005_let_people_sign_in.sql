-- How people sign in: passwords, sessions of browsers, links that sign in once, and how often it was tried of late.
alter table users add column password_hash text;
alter table users add column disabled boolean not null default false;

create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    -- BLAKE3 of the cookie; the cookie itself is never stored.
    secret_hash bytea not null unique,
    created_at bigint not null,
    expires_at bigint not null
);
create index sessions_of_user on sessions (user_id);
create index sessions_by_end on sessions (expires_at);

create table login_links (
    secret_hash bytea primary key,
    user_id uuid not null references users (id) on delete cascade,
    expires_at bigint not null,
    used_at bigint
);
create index login_links_by_end on login_links (expires_at);

-- Attempts since the first one of a window, by what they had in common.
create table login_attempts (
    subject text primary key,
    attempt_count bigint not null,
    since bigint not null
);
create index login_attempts_by_age on login_attempts (since);

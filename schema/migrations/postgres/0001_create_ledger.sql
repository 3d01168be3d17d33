-- The ledger: users, videos, exports, tasks, parts, nodes. Times are microseconds since 1970 (UTC).

create table users (
    id uuid primary key,
    name text not null unique,
    role text not null check (role in ('creator', 'operator', 'admin')),
    created_at bigint not null
);

create table tokens (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,
    -- BLAKE3 of the token; the token itself is shown once and never stored.
    secret_hash bytea not null unique,
    created_at bigint not null,
    last_used_at bigint
);

create table videos (
    id uuid primary key,
    user_id uuid not null references users (id),
    filename text not null,
    content_type text not null,
    size_bytes bigint not null,
    status text not null check (status in ('uploading', 'indexing', 'ready', 'failed')),
    error_code text,
    error_message text,
    -- Where the bytes are in the object store, and the multipart upload that brings them.
    source_key text not null,
    upload_id text,
    -- BLAKE3 of the bytes: what the client says before the upload, what we counted after it.
    claimed_hash bytea,
    source_hash bytea,
    -- What the index found (JSON) and its frame table (timeline::FrameTable::to_bytes).
    facts jsonb,
    frames bytea,
    created_at bigint not null,
    updated_at bigint not null,
    check ((status = 'failed') = (error_code is not null)),
    check (status <> 'ready' or (source_hash is not null and facts is not null and frames is not null))
);
create index videos_of_user on videos (user_id, created_at);
create index videos_by_hash on videos (user_id, source_hash);

create table exports (
    id uuid primary key,
    user_id uuid not null references users (id),
    video_id uuid not null references videos (id),
    export_type text not null,
    resolution text not null,
    format text not null,
    quality_preset text not null,
    -- The whole validated order (JSON), and the segments as people asked for them.
    export_order jsonb not null,
    segment_selections jsonb not null,
    total_duration_seconds double precision not null,
    status text not null check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    phase text not null check (phase in ('accepted', 'rendering', 'uploading', 'published', 'ended')),
    -- Rises with every step of the phase: a step taken by a stale coordinator changes no row.
    epoch bigint not null,
    progress_percentage bigint not null check (progress_percentage between 0 and 100),
    plan jsonb,
    output_s3_key text,
    file_size_bytes bigint,
    sha256 text,
    error_code text,
    error_message text,
    created_at bigint not null,
    updated_at bigint not null,
    started_at bigint,
    completed_at bigint,
    expires_at bigint,
    check ((status = 'failed') = (error_code is not null)),
    check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)),
    check (status <> 'completed' or (progress_percentage = 100 and output_s3_key is not null))
);
create index exports_of_user on exports (user_id, created_at);
create index exports_of_video on exports (video_id, created_at);
-- The advance loop reads open exports by age.
create index exports_open on exports (created_at) where status in ('pending', 'processing');

create table outputs (
    export_id uuid not null references exports (id) on delete cascade,
    -- From 1 in segment order; 0 is the ZIP of all clips.
    number bigint not null,
    filename text not null,
    s3_key text not null,
    upload_id text,
    size_bytes bigint,
    duration_seconds double precision not null,
    sha256 text,
    published_at bigint,
    primary key (export_id, number)
);

create table tasks (
    id uuid primary key,
    kind text not null check (kind in ('index', 'picture', 'sound')),
    pool text not null,
    video_id uuid not null references videos (id),
    -- An index task belongs to its video alone.
    export_id uuid references exports (id) on delete cascade,
    -- BLAKE3 that names the part it yields; an index yields none.
    content_key bytea,
    work jsonb not null,
    state text not null check (state in ('ready', 'leased', 'done', 'poisoned', 'dropped')),
    -- Rises with every lease; names the attempt.
    epoch bigint not null,
    node_id uuid,
    lease_until bigint,
    not_before bigint not null,
    rung_at bigint,
    ring_count bigint not null,
    -- Failures so far by class.
    media_failures bigint not null,
    node_failures bigint not null,
    error_message text,
    error_detail text,
    -- Frames of picture, milliseconds of sound.
    amount_total bigint not null,
    amount_done bigint not null,
    -- Whether the part was there before anybody rendered it for this task.
    reused boolean not null,
    created_at bigint not null,
    finished_at bigint,
    check ((kind = 'index') = (export_id is null)),
    check ((kind = 'index') = (content_key is null)),
    check ((state = 'leased') = (lease_until is not null)),
    check ((state in ('done', 'poisoned', 'dropped')) = (finished_at is not null))
);
create index tasks_of_export on tasks (export_id);
create index tasks_of_video on tasks (video_id);
create index tasks_by_key on tasks (content_key);
-- The scheduler reads what may run, oldest first.
create index tasks_open on tasks (created_at) where state in ('ready', 'leased');

create table parts (
    content_key bytea primary key,
    -- The attempt whose bytes these are; the file's name holds both.
    epoch bigint not null,
    -- The wire's part header as it was received: version and validated bytes.
    header bytea not null,
    frame_count bigint not null,
    size_bytes bigint not null,
    payload_hash bytea not null,
    encoder text not null,
    node_id uuid not null,
    render_ms bigint not null,
    created_at bigint not null,
    used_at bigint not null
);

create table nodes (
    id uuid primary key,
    name text not null,
    certificate_fingerprint bytea not null unique,
    facts jsonb,
    slot_count bigint not null,
    -- Connected now, by the coordinator that holds the connection.
    connected boolean not null,
    draining boolean not null,
    seen_at bigint,
    created_at bigint not null
);

create table join_tokens (
    secret_hash bytea primary key,
    name text not null,
    expires_at bigint not null,
    used_at bigint
);

-- Doorbells decided but not yet rung: written with the decision, deleted once NATS has acknowledged.
create table outbox (
    id uuid primary key,
    subject text not null,
    message_id text not null,
    body bytea not null,
    created_at bigint not null
);
create index outbox_in_order on outbox (created_at);

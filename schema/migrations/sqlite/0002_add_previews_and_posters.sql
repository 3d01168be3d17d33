-- Two more kinds of task: previews, which like indexes belong to a video alone, and posters.
-- A check cannot be changed in place here, so the table is made anew.
create table tasks_new (
    id blob primary key,
    kind text not null check (kind in ('index', 'picture', 'sound', 'preview', 'poster')),
    pool text not null,
    video_id blob not null references videos (id),
    -- An index or preview task belongs to its video alone.
    export_id blob references exports (id) on delete cascade,
    -- BLAKE3 that names the part it yields; an index yields none.
    content_key blob,
    work text not null,
    state text not null check (state in ('ready', 'leased', 'done', 'poisoned', 'dropped')),
    -- Rises with every lease; names the attempt.
    epoch bigint not null,
    node_id blob,
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
    check ((kind in ('index', 'preview')) = (export_id is null)),
    check ((kind = 'index') = (content_key is null)),
    check ((state = 'leased') = (lease_until is not null)),
    check ((state in ('done', 'poisoned', 'dropped')) = (finished_at is not null))
);
insert into tasks_new select * from tasks;
drop table tasks;
alter table tasks_new rename to tasks;
create index tasks_of_export on tasks (export_id);
create index tasks_of_video on tasks (video_id);
create index tasks_by_key on tasks (content_key);
-- The scheduler reads what may run, oldest first.
create index tasks_open on tasks (created_at) where state in ('ready', 'leased');

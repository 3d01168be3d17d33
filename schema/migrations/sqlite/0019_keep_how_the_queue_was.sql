-- How the queue was, four times a minute: what the bill does not tell. Kept for a day.
create table queue_readings (
    -- When the quarter of a minute began.
    at bigint primary key,
    tasks_waiting bigint not null,
    tasks_running bigint not null,
    slots bigint not null
);

-- Frames of pictures, so that their rate can be told, at any time of a day.
alter table charges add column frame_count bigint not null default 0;
create index charges_by_time on charges (created_at);

-- Since when a node has a task; one that was leased before this was noted has none.
alter table tasks add column leased_at bigint;
-- What decides how long it takes: as on the bill, where the same recipe and amount are compared. Nothing for a kind that has neither.
alter table tasks add column recipe text;
alter table tasks add column measured_amount bigint;

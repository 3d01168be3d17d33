-- The preview of each video: how far it is, and its files in the object store. Beside it the poster of each output.
alter table videos add column preview text check (preview in ('making', 'published', 'failed'));
-- The advance loop looks for ready videos nobody makes a preview of, and for previews in the making.
create index videos_to_preview on videos (created_at) where status = 'ready' and preview is null;
create index videos_previewing on videos (created_at) where preview = 'making';

create table preview_files (
    video_id uuid not null references videos (id) on delete cascade,
    kind text not null check (kind in ('proxy', 'sprite', 'peaks', 'poster')),
    s3_key text not null,
    upload_id text,
    size_bytes bigint not null,
    published_at bigint,
    primary key (video_id, kind)
);

-- Written before it is uploaded; it is there once the output is published.
alter table outputs add column poster_s3_key text;

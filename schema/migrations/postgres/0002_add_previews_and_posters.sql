-- Two more kinds of task: previews, which like indexes belong to a video alone, and posters.
alter table tasks drop constraint tasks_kind_check;
alter table tasks add constraint tasks_kind_check check (kind in ('index', 'picture', 'sound', 'preview', 'poster'));
alter table tasks drop constraint tasks_check;
alter table tasks add constraint tasks_export_check check ((kind in ('index', 'preview')) = (export_id is null));

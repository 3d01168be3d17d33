-- tasks.ready
select id, epoch, kind, pool, content_key, amount_total, export_id, video_id, user_id, priority, ordered_at, rung
from (select tasks.id, tasks.epoch, tasks.kind, tasks.pool, tasks.content_key, tasks.amount_total, tasks.export_id,
             tasks.video_id, tasks.created_at, videos.user_id,
             coalesce(exports.priority, 0) as priority,
             coalesce(exports.created_at, tasks.created_at) as ordered_at,
             (tasks.rung_at is not null and tasks.rung_at > now_micros() - $1) as rung,
             -- One user's thousand tasks must not hide another's first, nor previews what is waited for.
             row_number() over (partition by videos.user_id
                                order by case when tasks.kind = 'preview' then 1 else 0 end,
                                         coalesce(exports.priority, 0) desc, tasks.created_at, tasks.id) as place
      from tasks
      join videos on videos.id = tasks.video_id
      left join exports on exports.id = tasks.export_id
      -- The first condition lets SQLite use the index tasks_open.
      where tasks.state in ('ready', 'leased') and tasks.state = 'ready' and tasks.not_before <= now_micros()
        and (tasks.export_id is null and videos.status = case tasks.kind when 'index' then 'indexing' else 'ready' end
             or exports.status = 'processing' and exports.paused_at is null)) as waiting
where place <= $2
order by priority desc, place, created_at
limit $3

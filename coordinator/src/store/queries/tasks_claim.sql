-- tasks.claim
update tasks
set epoch = epoch + 1, state = 'leased', node_id = $3, lease_until = now_micros() + $4, leased_at = now_micros(),
    -- A lease that ran out was lost by its node, whoever notices first.
    node_failures = node_failures + case when state = 'leased' then 1 else 0 end
where id = $1 and epoch = $2
  and (state = 'ready' and not_before <= now_micros() or state = 'leased' and lease_until < now_micros())
  and exists (select 1 from nodes where nodes.id = $3 and not nodes.draining and nodes.quarantined_at is null)
  -- A doorbell may have been rung before its export was paused.
  and not exists (select 1 from exports where exports.id = tasks.export_id and exports.paused_at is not null)
  -- One part is rendered once at a time.
  and not exists (select 1 from tasks as other
                  where other.content_key = tasks.content_key and other.id <> tasks.id
                    and other.state = 'leased' and other.lease_until >= now_micros())
  -- A second opinion on a source comes from another node, if one is there to give it.
  and not (media_failures > 0 and node_id = $3 and not_before + $5 > now_micros()
           and exists (select 1 from nodes where nodes.id <> $3 and nodes.connected))

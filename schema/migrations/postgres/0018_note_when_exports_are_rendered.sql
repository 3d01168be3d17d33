-- When an export's last part was here: how long it takes from then on is learnt from those that were finished.
alter table exports add column rendered_at bigint;
create index exports_finished on exports (completed_at) where rendered_at is not null and status = 'completed';

-- Nodes an operator keeps from tasks because they spoil them, and why.
alter table nodes add column quarantined_at bigint;
alter table nodes add column quarantine_reason text;

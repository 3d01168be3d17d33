-- How an export stands among others: until when it may take, how urgent it is, and since when it is held back.
-- Exports that were under way before there was a limit have none.
alter table exports add column deadline bigint;
alter table exports add column priority bigint not null default 0 check (priority between -100 and 100);
alter table exports add column paused_at bigint;

-- How many minutes of one slot a user may take in a month; where nothing stands, what the configuration says holds.
alter table user_limits add column minutes_per_month bigint check (minutes_per_month >= 0);

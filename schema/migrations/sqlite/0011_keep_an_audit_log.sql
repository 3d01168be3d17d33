-- Who did what to which thing, when and from where. Rows are added and never changed: the triggers see to it.
create table audit_log (
    id blob primary key,
    at bigint not null,
    -- No foreign keys: what somebody did is still so when they are gone.
    user_id blob,
    user_name text not null,
    action text not null,
    -- What it was done to, and what came of it.
    object_id text,
    created_id text,
    status bigint not null,
    address text not null,
    request_id text not null
);
create index audit_log_by_time on audit_log (at);
create index audit_log_of_user on audit_log (user_id, at);

create trigger audit_log_is_not_changed before update on audit_log
begin
    select raise(abort, 'the audit log is append only');
end;

create trigger audit_log_is_not_shortened before delete on audit_log
begin
    select raise(abort, 'the audit log is append only');
end;

-- Links by which anybody may see a finished export, until they expire or are revoked. The link of an export that is gone is
-- kept: it says that it is over.
create table shares (
    -- BLAKE3 of the token in the link, which is shown once.
    secret_hash blob primary key,
    export_id blob references exports (id) on delete set null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);
create index shares_of_export on shares (export_id);

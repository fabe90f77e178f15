-- What was granted, and the tokens that came of it. Only digests of tokens are kept.
create table families (
    id         integer primary key autoincrement not null,
    account_id bigint references accounts (id) on delete cascade,
    client_key bigint references clients (id) on delete cascade,
    scope      text   not null,
    how        text   not null,
    epoch      bigint not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);
create index families_account on families (account_id);
create index families_client on families (client_key);
create index families_expires on families (expires_at);
create index families_revoked on families (revoked_at) where revoked_at is not null;

create table access_tokens (
    digest     blob not null primary key,
    kind       text   not null check (kind in ('access', 'auth', 'jwt')),
    family_id  bigint not null references families (id) on delete cascade,
    scope      text   not null,
    issued_at  bigint not null,
    expires_at bigint
) without rowid;
create index access_tokens_family on access_tokens (family_id);
create index access_tokens_expires on access_tokens (expires_at);

-- `sealed` is the answer the token got when it was used, readable only with that token (retry grace).
create table refresh_tokens (
    digest      blob not null primary key,
    family_id   bigint not null references families (id) on delete cascade,
    issued_at   bigint not null,
    expires_at  bigint not null,
    consumed_at bigint,
    sealed      blob
) without rowid;
create index refresh_tokens_family on refresh_tokens (family_id);
create index refresh_tokens_expires on refresh_tokens (expires_at);

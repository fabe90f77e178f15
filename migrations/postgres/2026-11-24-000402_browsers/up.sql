-- Browsers in which somebody is signed in, by the digest of their secret.
create table browser_sessions (
    digest     bytea   not null primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    epoch      bigint not null,
    auth_time  bigint not null,
    seen_at    bigint not null,
    expires_at bigint not null
);
create index browser_sessions_account on browser_sessions (account_id);
create index browser_sessions_expires on browser_sessions (expires_at);

-- What people have allowed applications on the consent page, so that they are not asked again.
create table consents (
    account_id bigint not null references accounts (id) on delete cascade,
    client_key bigint not null references clients (id) on delete cascade,
    scope      text   not null,
    granted_at bigint not null,
    primary key (account_id, client_key)
);
create index consents_client on consents (client_key);

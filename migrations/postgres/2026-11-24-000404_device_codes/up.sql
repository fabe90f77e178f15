-- Devices that wait for somebody to let them in (RFC 8628), by the digests of both codes.
create table device_codes (
    digest      bytea   not null primary key,
    user_digest bytea   not null,
    client_key  bigint not null references clients (id) on delete cascade,
    scope       text   not null,
    stage       text   not null check (stage in ('waiting', 'allowed', 'denied', 'redeemed')),
    account_id  bigint references accounts (id) on delete cascade,
    epoch       bigint not null,
    auth_time   bigint,
    pause       bigint not null,
    polled_at   bigint,
    expires_at  bigint not null
);
create unique index device_codes_user on device_codes (user_digest);
create index device_codes_client on device_codes (client_key);
create index device_codes_account on device_codes (account_id);
create index device_codes_expires on device_codes (expires_at);

-- With what clients that registered themselves look after their registration (RFC 7592).
create table registration_tokens (
    digest     bytea not null primary key,
    client_key bigint not null references clients (id) on delete cascade
);
create unique index registration_tokens_client on registration_tokens (client_key);

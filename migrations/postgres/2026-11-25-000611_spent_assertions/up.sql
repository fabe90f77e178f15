-- Assertions by which clients proved themselves: each is good once.
create table spent_assertions (
    digest     bytea not null primary key,
    expires_at bigint not null
);
create index spent_assertions_expires on spent_assertions (expires_at);

-- Sign-ins at a provider's page that have come back. What is under way is kept by the browser alone.
create table spent_states (
    digest     bytea not null primary key,
    expires_at bigint not null
);
create index spent_states_expires on spent_states (expires_at);

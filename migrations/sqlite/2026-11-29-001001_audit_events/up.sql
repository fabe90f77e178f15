-- Who did what, and when. No foreign keys: what is told stays when the one it tells of is gone.
create table audit_events (
    id           integer primary key autoincrement not null,
    at           bigint not null,
    event        text   not null,
    side         text   not null check (side in ('request', 'operator', 'house')),
    principal_id bigint,
    account_id   bigint,
    client_id    text,
    detail       text   not null,
    address      text,
    request_id   text,
    times        bigint not null
);
create index audit_events_at on audit_events (at);
create index audit_events_event on audit_events (event, at);
create index audit_events_account_id on audit_events (account_id);
create index audit_events_principal_id on audit_events (principal_id);
create index audit_events_client_id on audit_events (client_id);

-- Registered applications. Lists of words are space-separated: none of the words can hold a space.
create table clients (
    id            integer primary key autoincrement not null,
    client_id     text    not null,
    name          text    not null,
    kind          text    not null check (kind in ('public', 'confidential')),
    enabled       boolean not null,
    grants        text    not null,
    scopes        text    not null,
    providers     text    not null,
    redirect_uris text    not null,
    created_at    bigint  not null
);
create unique index clients_client_id on clients (client_id);

-- Two may be live at once while a secret is being rotated. Only digests are kept.
create table client_secrets (
    id         integer primary key autoincrement not null,
    client_key bigint not null references clients (id) on delete cascade,
    digest     blob not null,
    created_at bigint not null,
    expires_at bigint
);
create index client_secrets_client on client_secrets (client_key);

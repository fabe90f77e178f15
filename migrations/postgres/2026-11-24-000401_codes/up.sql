-- What the authorization server knows of a client beyond what conversion needs.
alter table clients add column pkce_optional boolean not null default false;
alter table clients add column access_form text not null default 'opaque';
alter table clients add column introspects boolean not null default false;
alter table clients add column post_logout_uris text not null default '';
alter table clients add column resources text not null default '';
alter table clients add column key_set text;

-- When the person behind a grant last proved to be there, and for which resources it is (RFC 8707).
alter table families add column auth_time bigint;
alter table families add column resources text not null default '';

-- Authorization codes, by their digests. `family_id` is what came of a code that was redeemed.
create table codes (
    digest        bytea    not null primary key,
    client_key    bigint  not null references clients (id) on delete cascade,
    account_id    bigint  not null references accounts (id) on delete cascade,
    epoch         bigint  not null,
    redirect_uri  text    not null,
    redirect_sent boolean not null,
    scope         text    not null,
    resources     text    not null,
    challenge     text,
    nonce         text,
    auth_time     bigint  not null,
    expires_at    bigint  not null,
    consumed_at   bigint,
    family_id     bigint references families (id) on delete cascade
);
create index codes_client on codes (client_key);
create index codes_account on codes (account_id);
create index codes_family on codes (family_id);
create index codes_expires on codes (expires_at);

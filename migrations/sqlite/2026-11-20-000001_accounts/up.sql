-- People, the groups they are in, and who they are at providers.
create table accounts (
    id                integer primary key autoincrement not null,
    email             text,
    email_key         text,
    email_verified_at bigint,
    name              text    not null,
    first_name        text    not null,
    last_name         text    not null,
    password          text    not null,
    state             text    not null check (state in ('pending', 'active', 'deactivated')),
    is_admin          boolean not null,
    language          text,
    epoch             bigint  not null,
    last_login        bigint,
    created_at        bigint  not null,
    check ((email is null) = (email_key is null))
);
create unique index accounts_email_key on accounts (email_key);
-- Accounts that were never activated are few, and looked for by age.
create index accounts_pending on accounts (created_at) where state = 'pending';

create table account_groups (
    account_id bigint not null references accounts (id) on delete cascade,
    name       text   not null,
    primary key (account_id, name)
);

create table identities (
    id           integer primary key autoincrement not null,
    provider     text   not null,
    subject      text   not null,
    account_id   bigint not null references accounts (id) on delete cascade,
    created_at   bigint not null,
    last_used_at bigint not null
);
create unique index identities_provider_subject on identities (provider, subject);
create index identities_account on identities (account_id);

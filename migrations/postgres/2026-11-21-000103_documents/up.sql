-- What people keep with their account: one JSON document of settings, and templates by language.
create table account_settings (
    account_id bigint not null primary key references accounts (id) on delete cascade,
    document   text   not null
);

create table account_templates (
    account_id bigint not null references accounts (id) on delete cascade,
    language   text   not null,
    template   text   not null,
    updated_at bigint not null,
    primary key (account_id, language)
);

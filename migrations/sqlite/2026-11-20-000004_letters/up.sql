-- Letters that wait to be sent. They hold no secret: a link is minted when its letter is sent.
create table outbox (
    id         integer primary key autoincrement not null,
    kind       text   not null,
    account_id bigint not null references accounts (id) on delete cascade,
    recipient  text   not null,
    language   text   not null,
    created_at bigint not null,
    due_at     bigint not null,
    attempts   bigint not null,
    parked_at  bigint,
    last_error text
);
create index outbox_due on outbox (due_at) where parked_at is null;
create index outbox_account on outbox (account_id);

-- The links of letters that were sent. One purpose never serves another.
create table mail_tokens (
    digest      blob not null primary key,
    account_id  bigint not null references accounts (id) on delete cascade,
    purpose     text   not null,
    epoch       bigint not null,
    asked_at    bigint not null,
    expires_at  bigint not null,
    consumed_at bigint
) without rowid;
create index mail_tokens_account on mail_tokens (account_id);
create index mail_tokens_expires on mail_tokens (expires_at);

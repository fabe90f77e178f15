alter table identities add column last_used_at bigint not null default 0;

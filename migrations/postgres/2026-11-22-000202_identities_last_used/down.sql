alter table identities add column last_used_at bigint not null default 0;
alter table identities alter column last_used_at drop default;

-- A name to log in with, beside the address or in its place. The key is its form without letter case.
alter table accounts add column username text;
alter table accounts add column username_key text;
create unique index accounts_username_key on accounts (username_key);

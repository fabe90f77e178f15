-- The address that a link proves, where it is to become the account's.
alter table mail_tokens add column email text;

drop index accounts_username_key;
alter table accounts drop column username_key;
alter table accounts drop column username;

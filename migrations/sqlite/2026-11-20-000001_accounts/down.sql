drop table identities;
drop table account_groups;
drop table accounts;

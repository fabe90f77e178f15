drop table refresh_tokens;
drop table access_tokens;
drop table families;

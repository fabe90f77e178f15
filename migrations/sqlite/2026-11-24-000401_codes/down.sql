drop table codes;
alter table families drop column resources;
alter table families drop column auth_time;
alter table clients drop column key_set;
alter table clients drop column resources;
alter table clients drop column post_logout_uris;
alter table clients drop column introspects;
alter table clients drop column access_form;
alter table clients drop column pkce_optional;

alter table clients drop column secret_in_body;
alter table access_tokens drop column resources;
alter table device_codes drop column resources;
alter table consents drop column resources;

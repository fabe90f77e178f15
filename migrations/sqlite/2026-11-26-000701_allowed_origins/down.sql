alter table clients drop column allowed_origins;

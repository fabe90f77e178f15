drop table account_templates;
drop table account_settings;

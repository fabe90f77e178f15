alter table mail_tokens drop column email;

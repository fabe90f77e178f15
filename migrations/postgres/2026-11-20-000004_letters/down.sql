drop table mail_tokens;
drop table outbox;

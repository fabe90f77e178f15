drop table registration_tokens;

-- Secrets whose overlap is over are looked for by its end; few have one.
create index client_secrets_expires on client_secrets (expires_at) where expires_at is not null;

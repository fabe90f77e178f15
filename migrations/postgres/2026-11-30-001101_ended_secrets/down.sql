drop index client_secrets_expires;

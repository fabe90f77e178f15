-- Which resources somebody allowed (RFC 8707), and which an access token is for, where that is fewer than its grant.
alter table consents add column resources text not null default '';
alter table device_codes add column resources text not null default '';
alter table access_tokens add column resources text;
-- Whether a client says that it shows its secret in the body (RFC 7591 §2).
alter table clients add column secret_in_body boolean not null default false;

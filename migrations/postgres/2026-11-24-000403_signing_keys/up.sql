-- Keys that sign id_tokens and access JWTs. The private half is sealed under a key of the configuration.
-- Of each algorithm one signs and one is already published, to sign next.
create table signing_keys (
    kid        text   not null primary key,
    algorithm  text   not null,
    stage      text   not null check (stage in ('next', 'current', 'retired')),
    public_jwk text   not null,
    sealed     text   not null,
    created_at bigint not null,
    expires_at bigint
);
create unique index signing_keys_stage on signing_keys (algorithm, stage) where stage <> 'retired';

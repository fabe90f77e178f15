-- How often something was tried: logins by network and name, letters by address. Keys are digests.
create table throttles (
    key     bytea   primary key not null,
    network bytea,
    tries   bigint not null,
    since   bigint not null,
    last    bigint not null,
    closed  bigint not null,
    good    bigint
);
create index throttles_network on throttles (network, last);
create index throttles_last on throttles (last);

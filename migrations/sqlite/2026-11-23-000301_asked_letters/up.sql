-- Letters that somebody asked for by naming an address. Whether anybody has it is looked at later, by the courier.
create table asked_letters (
    id       integer primary key autoincrement not null,
    kind     text   not null,
    email    text   not null,
    asked_at bigint not null
);

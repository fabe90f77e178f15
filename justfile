# What is done here every day; `just` lists it.

default:
    @just --list

# Start everything offline: SQLite, emulated providers, mail in a folder.
dev *options:
    cargo run --release -- dev {{options}}

# Every test on SQLite and on PostgreSQL.
test *names:
    scripts/test {{names}}

# The quick look before a commit.
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Everything that has to hold before a change is taken.
ci:
    .ci/run

# What the release program serves, as ratios; see benches/README.md.
bench *options:
    POSTGRES_DURABLE=1 scripts/with-postgres cargo bench --locked --bench serving -- {{options}}

# A new migration for both databases.
migration name:
    #!/usr/bin/env bash
    set -euo pipefail
    stamp=$(date -u +%Y-%m-%d-%H%M%S)
    for backend in sqlite postgres; do
        mkdir -p "migrations/$backend/${stamp}_{{name}}"
        touch "migrations/$backend/${stamp}_{{name}}/"{up,down}.sql
    done

# Cambio in a small image: one program, no shell needed, no system library beside libc.
#
#   docker build -t cambio .
#   docker run --rm -p 8000:8000 -v cambio:/var/lib/cambio \
#     -e CAMBIO_PUBLIC_URL=http://localhost:8000 cambio

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# rust-toolchain.toml stays out (.dockerignore): it asks for linters, which a build does not need.
ENV CARGO_TERM_COLOR=never
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin cambio \
    && install -D -m 0755 target/release/cambio /out/cambio

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Cambio" \
      org.opencontainers.image.description="Social tokens and e-mail accounts in, local OAuth 2.0 tokens out" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
RUN groupadd --system --gid 10001 cambio \
    && useradd --system --uid 10001 --gid cambio --home-dir /var/lib/cambio --shell /usr/sbin/nologin cambio \
    && install -d -o cambio -g cambio -m 0700 /var/lib/cambio
COPY --from=build /out/cambio /usr/local/bin/cambio
# The default database, sqlite://cambio.db, lies in the working directory. Nothing else is written,
# so the root may be read-only.
WORKDIR /var/lib/cambio
VOLUME /var/lib/cambio
USER 10001:10001
ENV CAMBIO_SERVER__LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["cambio", "health", "http://127.0.0.1:8000/health/ready"]
ENTRYPOINT ["cambio"]
CMD ["serve"]

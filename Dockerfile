# picket as a container: the console is built first, then the program that embeds it, then both are left behind for a small
# Debian that holds the program, the zones and the licences. docs/operating.md says how to run it.

FROM node:24.19.0-trixie-slim AS console
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY zones/places.geojson /src/zones/
COPY web/ ./
RUN mkdir -p dist && npm run build
# What the console is made of asks for its licences to go with it.
RUN mkdir /licences && cd node_modules \
 && find . -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) -exec cp --parents {} /licences \;

FROM rust:1.95.0-slim-trixie AS program
WORKDIR /src
# The crates alone, beside an empty program: this layer stays as long as no dependency changes.
COPY Cargo.toml Cargo.lock build.rs ./
COPY benches/ benches/
RUN mkdir -p src web/dist && touch src/lib.rs && echo 'fn main() {}' > src/main.rs \
 && cargo build --release --locked
RUN mkdir /licences && cd "$CARGO_HOME"/registry/src/* \
 && find . -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) -exec cp --parents {} /licences \;
COPY src/ src/
COPY --from=console /src/web/dist/ web/dist/
RUN cargo clean --release --package picket && cargo build --release --locked

FROM debian:trixie-20260803-slim
ARG REVISION=""
LABEL org.opencontainers.image.title="picket" \
      org.opencontainers.image.description="Vessel surveillance: AIS and radar feeds in, explained alerts out" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT"
RUN groupadd --gid 10110 picket \
 && useradd --uid 10110 --gid picket --no-create-home --home-dir /var/lib/picket --shell /usr/sbin/nologin picket \
 && install --directory --owner=picket --group=picket --mode=0750 /var/lib/picket
COPY --from=console /licences/ /usr/share/doc/picket/console/
COPY --from=program /licences/ /usr/share/doc/picket/crates/
COPY LICENSE-APACHE LICENSE-MIT NOTICE /usr/share/doc/picket/
COPY zones/ /usr/share/picket/zones/
COPY deploy/compose/picket/ /etc/picket/
COPY deploy/container/picket-ready /usr/local/bin/
COPY --from=program /src/target/release/picket /usr/local/bin/
USER picket
VOLUME /var/lib/picket
EXPOSE 8080
# Until the journal is run nobody answers; after a change of the program that takes as long as the journal is large.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5m --retries=3 CMD ["picket-ready"]
ENTRYPOINT ["picket"]
CMD ["run", "--config", "/etc/picket/picket.toml", "--log", "json"]

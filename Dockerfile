# The image of Masthead: one program on a slim Debian, and all that it keeps under /data.
#
#   docker build --tag masthead .
#   docker run --publish 127.0.0.1:2368:2368 --volume masthead:/data masthead
#
# The program writes nowhere but to /data and is user 10001, so that `--read-only` and
# `--cap-drop ALL` take nothing away from it. It stops within `server.drain_delay_s` and
# `server.drain_timeout_s`; give Docker longer than both by `--stop-timeout 40`.

FROM debian:bookworm-slim AS manifest
# Cargo.toml as a release needs it: no tests and benchmarks, whose sources are not here, no lints and
# no other profiles, which may change without a dependency being built again.
COPY Cargo.toml /full.toml
RUN awk '/^\[/ { keep = !/^\[\[|^\[lints|^\[profile\.dev/ } keep' /full.toml >/Cargo.toml

FROM rust:1-bookworm AS build
# How many crates are compiled at the same time; unset, as many as there are processors.
ARG CARGO_BUILD_JOBS
WORKDIR /src

# The dependencies take nearly all the time, so they are a layer of their own, built for stubs of
# the program: it is reused until Cargo.lock or what is left of Cargo.toml change. What was made of
# the stubs goes. It is younger than the real sources, so Cargo would keep it.
COPY --from=manifest /Cargo.toml ./
COPY Cargo.lock ./
COPY .cargo .cargo
RUN mkdir build src \
    && touch src/lib.rs \
    && echo 'fn main() {}' | tee build/main.rs src/main.rs \
    && cargo build --release --locked \
    && cargo clean --release --locked --package masthead

COPY askama.toml ./
COPY build build
COPY migrations migrations
COPY static static
COPY templates templates
COPY src src
RUN cargo build --release --locked

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Masthead" \
      org.opencontainers.image.description="A publishing platform for sites that get read a lot" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"

# A new volume takes its owner from the folder that it covers.
RUN groupadd --system --gid 10001 masthead \
    && useradd --system --uid 10001 --gid masthead --home-dir /data --shell /usr/sbin/nologin masthead \
    && install --directory --owner=masthead --group=masthead --mode=0750 /data
COPY --from=build /src/target/release/masthead /usr/local/bin/

ENV MASTHEAD_SERVER__LISTEN=0.0.0.0:2368 \
    MASTHEAD_DATABASE__URL=sqlite:/data/masthead.db \
    MASTHEAD_MEDIA__DIR=/data/media
EXPOSE 2368
VOLUME /data
# A masthead.toml in the volume is read, and SQLite finds room for large sorts on a read-only root.
WORKDIR /data
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001

# The program hears the signal itself, starts no other, and so needs no init in front of it.
STOPSIGNAL SIGTERM

# Bash speaks TCP, which saves the image a client. A port set elsewhere than in the environment
# (`--listen`, masthead.toml) needs a check of its own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${MASTHEAD_SERVER__LISTEN##*:} && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]

ENTRYPOINT ["masthead"]
CMD ["serve"]

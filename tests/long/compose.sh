#!/usr/bin/env bash
# Starts docker-compose.yml for real and uses it: images build, all services become healthy, a person signs in, a killed
# database comes back with its data, `down` removes everything.
#
# It needs no Docker daemon: podman serves Docker's socket to docker-compose 1.29. Base images are stand-ins made from the
# machine's Debian mirror, since nothing is pulled: `debian:bookworm-slim` (debootstrap), `node:22-bookworm-slim` (the
# machine's node) and `mariadb:11`, which is Debian's MariaDB 10.11 with an entry point of its own. So what only
# MariaDB 11, the official entry points, BuildKit or Compose 2 do is NOT covered here.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

[ "$(id -u)" -eq 0 ] || die "this test needs root (podman with networks of its own)"
"$ROOT/scripts/install.sh" compose-test
"$ROOT/scripts/install.sh" run

WORK=${DABIAO_COMPOSE_WORK:-$(mktemp -d /tmp/dabiao-compose-XXXXXX)} # kept between runs when named: the images stay
PROJECT=dabiaotest$$
PORT=$(node -e 's = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir -p "$WORK"

# --- an engine ----------------------------------------------------------------------------------------------------
write_engine_settings() {
    local files
    files=$(ulimit -Hn)
    printf '[storage]\ndriver="overlay"\ngraphroot="%s/graph"\nrunroot="%s/run"\n' "$WORK" "$WORK" >"$WORK/storage.conf"
    cat >"$WORK/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=32768:32768"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONF
    export CONTAINERS_STORAGE_CONF=$WORK/storage.conf CONTAINERS_CONF=$WORK/containers.conf DOCKER_HOST=unix://$WORK/podman.sock
}

# podman runs health checks through systemd; where there is none, this does it.
run_health_checks() {
    local id
    while true; do
        for id in $(podman ps -q); do
            podman healthcheck run "$id" >/dev/null 2>&1 || true
        done
        sleep 2
    done
}

ENGINE_PIDS=()
start_engine() {
    podman system service --time=0 "$DOCKER_HOST" >"$WORK/engine.log" 2>&1 &
    ENGINE_PIDS+=($!)
    run_health_checks &
    ENGINE_PIDS+=($!)
}

compose() {
    DABIAO_PORT=$PORT DABIAO_PUBLIC_URL=http://127.0.0.1:$PORT \
        docker-compose --project-directory "$WORK/source" -p "$PROJECT" -f "$WORK/source/docker-compose.yml" "$@"
}

finish() {
    local status=$?
    if [ "$status" -ne 0 ]; then
        compose ps || true
        compose logs --tail=40 || true
    fi
    compose down -v --remove-orphans >/dev/null 2>&1 || true
    podman rm --all --force --time 5 >/dev/null 2>&1 || true # the storage is this test's own
    kill "${ENGINE_PIDS[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    umount "$WORK/graph/overlay" 2>/dev/null || true
    if [ -z "${DABIAO_COMPOSE_WORK:-}" ]; then
        rm -rf "$WORK"
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# --- stand-ins ----------------------------------------------------------------------------------------------------
stand_in_debian() {
    local mirror
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | awk '
        /^URIs:/ { print $2; exit }
        /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }')
    debootstrap --variant=minbase --include=ca-certificates bookworm "$WORK/rootfs" "${mirror:-http://deb.debian.org/debian}"
    tar -C "$WORK/rootfs" -c . | podman import --change 'CMD ["bash"]' - docker.io/library/debian:bookworm-slim
    rm -rf "$WORK/rootfs"
}

stand_in_node() {
    local folder=$WORK/node
    mkdir -p "$folder"
    cp -L /etc/ssl/certs/ca-certificates.crt "$folder/ca.crt"
    cp -L "$(node -p process.execPath)" "$folder/node"
    rm -rf "$folder/npm"
    cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$folder/npm"
    cat >"$folder/Dockerfile" <<'DOCKERFILE'
FROM debian:bookworm-slim
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
DOCKERFILE
    podman build --format docker -t docker.io/library/node:22-bookworm-slim "$folder"
}

stand_in_mariadb() {
    local folder=$WORK/mariadb
    mkdir -p "$folder"
    cat >"$folder/entrypoint.sh" <<'ENTRYPOINT'
#!/bin/sh
# The part of the official entry point that docker-compose.yml uses.
set -eu
shift # the word mariadbd
if [ ! -d /var/lib/mysql/mysql ]; then
    mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db >/dev/null
    mariadbd --skip-networking --socket=/tmp/first.sock "$@" &
    until mariadb-admin --socket=/tmp/first.sock -u root ping >/dev/null 2>&1; do sleep 0.2; done
    mariadb --socket=/tmp/first.sock -u root <<SQL
CREATE DATABASE $MARIADB_DATABASE;
CREATE USER $MARIADB_USER@'%' IDENTIFIED BY '$(cat "$MARIADB_PASSWORD_FILE")';
GRANT ALL ON $MARIADB_DATABASE.* TO $MARIADB_USER@'%';
ALTER USER root@localhost IDENTIFIED BY '$(cat "$MARIADB_ROOT_PASSWORD_FILE")';
SQL
    kill %1 2>/dev/null || kill $!
    wait
fi
exec mariadbd --bind-address=0.0.0.0 "$@"
ENTRYPOINT
    printf '#!/bin/sh\nexec mariadb-admin -h127.0.0.1 -u nobody ping >/dev/null 2>&1\n' >"$folder/healthcheck.sh"
    cat >"$folder/Dockerfile" <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends mariadb-server mariadb-client && rm -rf /var/lib/apt/lists/* /var/lib/mysql/* \
 && chown mysql:mysql /var/lib/mysql && rm -f /etc/mysql/mariadb.conf.d/50-server.cnf
COPY --chmod=755 entrypoint.sh healthcheck.sh /usr/local/bin/
VOLUME /var/lib/mysql
ENTRYPOINT ["entrypoint.sh", "mariadbd"]
DOCKERFILE
    podman build --format docker -t docker.io/library/mariadb:11 "$folder"
}

make_stand_ins() {
    podman image exists docker.io/library/debian:bookworm-slim || stand_in_debian
    podman image exists docker.io/library/node:22-bookworm-slim || stand_in_node
    podman image exists docker.io/library/mariadb:11 || stand_in_mariadb
}

# --- the test -----------------------------------------------------------------------------------------------------
expect() {
    local what=$1
    shift
    say "expecting: $what"
    "$@" || die "not so: $what"
}

site() {
    curl -s --max-time 20 "$@"
}

sign_in() {
    site -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
        -d '{"login":"boss","password":"Correct-Horse-42","client":"app"}' "http://127.0.0.1:$PORT/api/v1/auth/sign-in" | grep -qx 200
}

wait_ready() {
    local tries
    for tries in $(seq 90); do
        if [ "$(site -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/readyz")" = 200 ]; then
            say "ready after $tries s"
            return 0
        fi
        sleep 1
    done
    return 1
}

# What each service's main process may do: no capability, no root, no writing beside the volumes.
is_confined() {
    local id=$1
    podman exec "$id" sh -c 'grep -q "^CapEff:.0000000000000000$" /proc/1/status && ! grep -qE "^Uid:.0" /proc/1/status &&
        ! touch /usr/local/x 2>/dev/null'
}

write_engine_settings
start_engine
say "making the stand-ins for the base images"
make_stand_ins >"$WORK/stand-ins.log" 2>&1 || { tail -n 20 "$WORK/stand-ins.log"; die "a stand-in could not be made"; }

rm -rf "$WORK/source"
mkdir -p "$WORK/source"
(cd "$ROOT" && git ls-files -co --exclude-standard | while read -r file; do
    if [ -f "$file" ]; then # a file removed, but not yet committed so, is still listed
        printf '%s\n' "$file"
    fi
done | tar -T - -c) | tar -C "$WORK/source" -x
"$WORK/source/docker/make-secrets.sh"
expect "the file is valid" compose config -q
say "building the images"
compose build >"$WORK/build.log" 2>&1 || { tail -n 30 "$WORK/build.log"; die "the images could not be built"; }
compose up -d
expect "the site becomes ready" wait_ready
compose exec -T app sh -c 'printf Correct-Horse-42 >/tmp/p && dabiao create-admin boss --password-file /tmp/p'
expect "the front end is served" sh -c "curl -s http://127.0.0.1:$PORT/ | grep -qi '<!doctype html'"
expect "the administrator signs in" sign_in
for service in db app web; do
    expect "$service is confined" is_confined "$(podman ps -q --filter "label=com.docker.compose.service=$service")"
done
kill -KILL "$(podman inspect --format '{{.State.Pid}}' "$(podman ps -q --filter label=com.docker.compose.service=db)")"
expect "the database comes back by itself" wait_ready
expect "the administrator is still there" sign_in
say "all as expected"

#!/usr/bin/env bash
# Installs what is missing on Debian 12 for a purpose, and only that: `scripts/install.sh run|test|bench|compose-test`.
# Needs root or sudo only when something is missing. No service is started by the packages it brings.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PURPOSE=${1:-run}

BUILD_PACKAGES=(gcc libc6-dev pkg-config libfcgi-dev libjansson-dev libjwt-dev libmariadb-dev libsodium-dev
    libcurl4-openssl-dev libzip-dev libexpat1-dev libxlsxwriter-dev liboath-dev libqrencode-dev)
RUN_PACKAGES=(mariadb-server mariadb-client nginx-light libnginx-mod-nchan libnginx-mod-http-brotli-filter
    libnginx-mod-http-brotli-static curl ca-certificates tzdata)
TEST_PACKAGES=(libcmocka-dev clang-14 libclang-rt-14-dev clang-format shellcheck chromium fonts-noto-cjk jq)
BENCH_PACKAGES=(wrk php8.2-fpm php8.2-mysql chromium)
COMPOSE_PACKAGES=(podman buildah docker-compose runc netavark aardvark-dns catatonit iptables uidmap debootstrap)

# Prints the names among the arguments that are not installed. Another nginx flavour serves as well as nginx-light.
missing_packages() {
    local name installed
    installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }')
    for name in "$@"; do
        if ! grep -qxF "$name" <<<"$installed"; then
            if [ "$name" = nginx-light ] && grep -qxE 'nginx-(core|full|extras)' <<<"$installed"; then
                continue
            fi
            printf '%s\n' "$name"
        fi
    done
}

# Runs a command as root: directly, or through sudo. $1 says what it is needed for.
as_root() {
    local purpose=$1
    shift
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
        sudo --preserve-env=DEBIAN_FRONTEND "$@"
    else
        die "$purpose; run this as root or as a user with sudo."
    fi
}

# apt-get with services held back: a policy-rc.d that says no is put in place for the time of the installation,
# unless the machine has one of its own.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2016 # the inner shell expands it
    as_root "Packages are missing ($*)" bash -euc '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf "#!/bin/sh\nexit 101\n" >"$policy"
            chmod 755 "$policy"
            trap "rm -f $policy" EXIT
        fi
        apt-get -q -o DPkg::Lock::Timeout=300 update || true
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
    ' apt_install "$@"
}

# Asks for the password now if one is needed, while the output still goes to the terminal.
check_root_access() {
    local names=$1
    if is_root; then
        return
    fi
    if ! command -v sudo >/dev/null; then
        die "these packages are missing and there is no sudo: ask the administrator for: apt-get install $names"
    fi
    sudo -n true 2>/dev/null || sudo -v ||
        die "these packages are missing and sudo was refused: ask the administrator for: apt-get install $names"
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    command -v apt-get >/dev/null ||
        die "these packages are missing and this is no Debian, so install them by hand: ${missing[*]}"
    check_root_access "${missing[*]}"
    step "Installing ${#missing[@]} packages" "$ROOT/build/log/apt.log" apt_install "${missing[@]}"
}

# nginx with nchan looks for this folder even when all its temporary paths are set elsewhere.
make_nginx_folder() {
    if [ ! -d /var/lib/nginx/body ]; then
        as_root "The folder /var/lib/nginx/body is missing" mkdir -p /var/lib/nginx/body
    fi
}

# Node 22 into .tools, from the npm registry: Debian 12's own is too old for the front end's tools.
fetch_node() {
    local arch
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Node.js for this processor ($(uname -m)): install Node.js 22 by hand" ;;
    esac
    mkdir -p "$ROOT/.tools/node" "$ROOT/.tools/bin"
    (cd "$ROOT/.tools/node" && npm install --no-save --no-fund --no-audit --prefix . "node-linux-$arch@22" npm@11)
    ln -sfn "../node/node_modules/node-linux-$arch/bin/node" "$ROOT/.tools/bin/node"
    ln -sfn ../node/node_modules/npm/bin/npm-cli.js "$ROOT/.tools/bin/npm"
    ln -sfn ../node/node_modules/npm/bin/npx-cli.js "$ROOT/.tools/bin/npx"
}

install_node() {
    if node_fits; then
        return
    fi
    if ! command -v npm >/dev/null; then
        install_packages nodejs npm
    fi
    step "Fetching Node.js 22" "$ROOT/build/log/node.log" fetch_node
    hash -r
    node_fits || die "Node.js 20.19, 22.12 or later is needed; what was fetched does not run here (build/log/node.log)"
}

case $PURPOSE in
build) install_packages "${BUILD_PACKAGES[@]}" ;;
run) install_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" ;;
test) install_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}" ;;
bench) install_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${BENCH_PACKAGES[@]}" ;;
compose-test) install_packages "${COMPOSE_PACKAGES[@]}" ;;
*) die "install.sh knows build, run, test, bench and compose-test, not '$PURPOSE'" ;;
esac
case $PURPOSE in
run | test | bench)
    make_nginx_folder
    install_node
    ;;
esac

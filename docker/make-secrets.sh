#!/bin/sh
# Makes the secrets of docker-compose.yml where they are missing. The folder is closed to others on this machine; the
# files are readable, because the containers' own users read them.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
for name in db_password db_root_password jwt_key; do
    if [ ! -s "secrets/$name" ]; then
        head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"secrets/$name"
        chmod 644 "secrets/$name"
        echo "made docker/secrets/$name"
    fi
done

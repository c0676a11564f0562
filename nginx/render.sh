#!/bin/sh
# Fills in the templates of this folder: `NAME=value … nginx/render.sh PREFIX`, where PREFIX is what nginx gets as -p.
# Required: LISTEN API_SOCKET EVENTS_SOCKET WWW FILES. The rest has the defaults below, TRUSTED_PROXY none.
set -eu

prefix=$1
here=$(cd "$(dirname "$0")" && pwd)
CONF=$prefix/conf
: "${NGINX_WORKERS:=2}" "${SIGN_IN_PER_MINUTE:=30}" "${SIGN_IN_BURST:=30}" "${UPLOAD_MAX_MB:=100}"
: "${MIME_TYPES:=/etc/nginx/mime.types}"
modules=/usr/lib/nginx/modules
MODULES="load_module $modules/ngx_nchan_module.so; load_module $modules/ngx_http_brotli_filter_module.so;"
MODULES="$MODULES load_module $modules/ngx_http_brotli_static_module.so;"
# Behind a proxy the client's address is what that proxy says; without one, nobody is believed.
REAL_ADDRESS=
if [ -n "${TRUSTED_PROXY:-}" ]; then
    # shellcheck disable=SC2034 # read by its name below
    REAL_ADDRESS="set_real_ip_from $TRUSTED_PROXY; real_ip_header X-Forwarded-For; real_ip_recursive on;"
fi

mkdir -p "$CONF" "$prefix/tmp" "$prefix/run"
script=
for name in LISTEN API_SOCKET EVENTS_SOCKET WWW FILES CONF MODULES NGINX_WORKERS SIGN_IN_PER_MINUTE SIGN_IN_BURST \
    UPLOAD_MAX_MB MIME_TYPES REAL_ADDRESS; do
    value=
    eval "value=\$$name"
    script="$script
s|@$name@|$value|g"
done
for template in nginx headers fastcgi; do
    sed "$script" "$here/$template.conf.in" >"$CONF/$template.conf"
done

#!/bin/sh
# Fills in the site's template and becomes nginx.
set -eu
export LISTEN=8080 API_SOCKET=/run/dabiao/api.sock EVENTS_SOCKET=/run/dabiao/events.sock
export WWW=/usr/share/dabiao/www FILES=/var/lib/dabiao
/usr/share/dabiao/nginx/render.sh /tmp/nginx
rm -f "$EVENTS_SOCKET" # nginx refuses a socket that an earlier one left behind
exec nginx -p /tmp/nginx/ -c conf/nginx.conf -e stderr

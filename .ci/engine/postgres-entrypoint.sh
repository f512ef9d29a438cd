#!/bin/sh
# Makes the database on the first start, from POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB; then runs the command.
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown postgres "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=$(mktemp)
  printf %s "${POSTGRES_PASSWORD:?is required}" >"$password"
  initdb --username="$user" --pwfile="$password" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 >/dev/null
  rm "$password"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # Nobody but this script reaches it before its database is there.
  pg_ctl --options="-c listen_addresses=''" --silent --wait start >/dev/null
  [ "$database" = postgres ] || createdb --username="$user" --maintenance-db=postgres "$database"
  pg_ctl --mode=fast --silent --wait stop
fi

[ "$1" != postgres ] || set -- "$@" -c 'listen_addresses=*'
exec "$@"

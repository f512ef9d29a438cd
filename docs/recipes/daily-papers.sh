#!/bin/sh
# The operator's commands with the settings of the systemd service, for root: /usr/local/sbin/daily-papers
secrets=/etc/daily-papers
given() { [ ! -e "$secrets/$2" ] || export "$1=$secrets/$2"; }

export NODE_ENV=production DATA_DIR=/var/lib/daily-papers
given APP_SECRET_FILE app-secret
given SUPPRESSION_KEY_FILE suppression-key
given SMTP_PASSWORD_FILE smtp-password
given DKIM_KEY_FILE dkim.pem
cd /opt/daily-papers || exit
exec node --disable-warning=ExperimentalWarning --env-file="$secrets/settings.env" src/cli.ts "$@"

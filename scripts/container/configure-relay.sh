#!/bin/sh
# For the build of the relay: the recipe's Postfix, for services that reach it over a private network instead of loopback.
set -eu
cd /etc/postfix
sed -i -e '/^smtpd_tls_cert_file/d' -e '/^smtpd_tls_key_file/d' main.cf
postconf -e 'inet_interfaces = all' 'mynetworks = 127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16' \
  'smtpd_tls_security_level = none' 'maillog_file = /dev/stdout' 'alias_maps =' \
  'myorigin = $myhostname' 'inet_protocols = ipv4'
# No chroot, and a port that needs no privilege.
sed -E -e 's/^(\S+\s+(inet|unix|fifo)\s+\S+\s+\S+\s+)y/\1n/' -e 's/^smtp(\s+inet)/2525\1/' \
  /usr/share/postfix/master.cf.dist >master.cf

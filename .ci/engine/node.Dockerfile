# Stands in for node:24-trixie-slim where no registry can be reached. The context holds a Node binary and npm.
FROM debian:trixie-slim
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
COPY npm /usr/local/lib/node_modules/npm
COPY node /usr/local/bin/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["node"]

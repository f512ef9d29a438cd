# docker build -t daily-papers .                      the service and its commands
# docker build --target mailbox -t … .                the demo's mail catcher and sample papers; no part of the service

FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json scripts/container/ ./

FROM packages AS modules
COPY scripts/slim-install.mjs scripts/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund && \
  node scripts/slim-install.mjs && ./slim-modules.sh

FROM packages AS generated
RUN --mount=type=cache,target=/root/.npm \
  node keep-packages.mjs prisma && npm install --ignore-scripts --no-audit --no-fund
COPY prisma.config.ts ./
COPY prisma prisma
RUN npx prisma generate

FROM packages AS mailbox-modules
RUN --mount=type=cache,target=/root/.npm \
  node keep-packages.mjs eta fastify mailparser smtp-server temporal-polyfill && \
  npm install --ignore-scripts --no-audit --no-fund

# Node alone: npm and the compilers' headers stay behind.
FROM debian:trixie-slim AS runtime
COPY --from=node:24-trixie-slim /usr/local/bin/node /usr/local/bin/
RUN groupadd --gid 1000 papers && useradd --uid 1000 --gid papers --no-create-home --home-dir /app papers
WORKDIR /app

FROM runtime AS mailbox
COPY --from=mailbox-modules /app/node_modules node_modules
COPY package.json ./
COPY src/core src/core
COPY src/i18n src/i18n
COPY scripts/mailbox.ts scripts/
COPY scripts/demo scripts/demo
USER papers
CMD ["node", "--disable-warning=ExperimentalWarning", "scripts/mailbox.ts"]

FROM runtime AS service
COPY scripts/container/daily-papers /usr/local/bin/
COPY --from=modules /app/node_modules node_modules
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY templates templates
COPY src src
COPY --from=generated /app/src/generated src/generated
RUN install -d -o papers -g papers /data .cache
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER papers
# Commands start from what is compiled here; the service, which starts once, keeps the memory that this takes.
RUN daily-papers --help >/dev/null
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=2", "src/main.ts"]

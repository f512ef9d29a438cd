# docker build -t daily-papers .                      the service and its commands
# docker build --target mailbox -t … .                the demo's mail catcher and sample papers; no part of the service
# docker build --target pgbouncer -t … .              with --target relay: what the parts need where they run apart

# A release pins both: --build-arg NODE=node:24-trixie-slim@sha256:…
ARG NODE=node:24-trixie-slim
ARG DEBIAN=debian:trixie-slim
# Where the image is for another processor and NODE has only the one of the machine that builds.
ARG TARGET_NODE=${NODE}

# Packages are installed by the machine that builds, for the processor that the image is for.
FROM --platform=$BUILDPLATFORM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json scripts/container/ ./

FROM packages AS modules
ARG TARGETARCH
COPY scripts/slim-install.mjs scripts/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --omit=peer --os=linux --libc=glibc --cpu="$(echo "$TARGETARCH" | sed s/amd64/x64/)" \
  --ignore-scripts --no-audit --no-fund && \
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

FROM ${DEBIAN} AS debian
FROM ${TARGET_NODE} AS node

# Debian without package tools, and Node alone: npm and the compilers' headers stay behind.
FROM packages AS system
COPY --from=debian / /system
RUN ./slim-debian.sh /system
COPY --from=node /usr/local/bin/node /system/usr/local/bin/

FROM scratch AS runtime
COPY --from=system /system /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /app
LABEL org.opencontainers.image.licenses=MIT

FROM runtime AS mailbox
COPY --from=mailbox-modules /app/node_modules node_modules
COPY package.json ./
COPY src/core src/core
COPY src/i18n src/i18n
COPY scripts/mailbox.ts scripts/
COPY scripts/demo scripts/demo
USER papers
LABEL org.opencontainers.image.title="Daily Papers: mailbox of the demo"
CMD ["node", "--disable-warning=ExperimentalWarning", "scripts/mailbox.ts"]

# Of docker compose --profile split: Debian's PgBouncer and Postfix, with the files of docs/recipes.
FROM debian AS pgbouncer
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer && rm -rf /var/lib/apt/lists/*
COPY docs/recipes/pgbouncer.ini /etc/pgbouncer/
COPY scripts/container/start-pgbouncer /usr/local/bin/
USER postgres
EXPOSE 6432
HEALTHCHECK --interval=10s --start-period=30s --start-interval=1s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/6432"]
CMD ["start-pgbouncer"]

FROM debian AS relay
RUN apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix ca-certificates && \
  rm -rf /var/lib/apt/lists/*
COPY docs/recipes/postfix-main.cf /etc/postfix/main.cf
COPY scripts/container/configure-relay.sh scripts/container/start-relay /usr/local/bin/
RUN configure-relay.sh
ENV MAIL_CONFIG=/run/postfix
VOLUME /var/spool/postfix
EXPOSE 2525
HEALTHCHECK --interval=30s --start-period=30s --start-interval=1s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/2525"]
CMD ["start-relay"]

FROM runtime AS service
COPY scripts/container/daily-papers /usr/local/bin/
COPY --from=modules /app/node_modules node_modules
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY templates templates
COPY src src
COPY --from=generated /app/src/generated src/generated
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER papers
# Commands start from what is compiled here. For another processor than that of the machine, it must be able to emulate it.
RUN daily-papers --help >/dev/null
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
LABEL org.opencontainers.image.title="Daily Papers" \
  org.opencontainers.image.description="Emails each subscriber, at their hour, the day's research papers that match their topics."
CMD ["daily-papers", "start"]

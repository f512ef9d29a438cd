# node:24-trixie-slim that trusts the certificates in ca-certificates.crt of the build context.
FROM node:24-trixie-slim
COPY ca-certificates.crt /usr/local/share/build-ca.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/build-ca.crt

# syntax=docker/dockerfile:1
# Alpine: small, and nothing here needs glibc. Both images of one release, since the program of the one runs on the other.
ARG ALPINE=3.23
ARG NODE_IMAGE=node:24-alpine${ALPINE}

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build scripts/build
COPY src src
COPY tools tools
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# npm brings the database of both C libraries. No layer of this stage is in the image.
# hadolint ignore=DL3059
RUN rm -rf node_modules/@libsql/linux-*-gnu

# Nothing that installs or builds is in the image: what is deleted in a later layer would still be in an earlier one.
FROM alpine:${ALPINE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="scale-ai-mcp" \
      org.opencontainers.image.description="MCP server for data labeling at Scale AI" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"

# What Node.js is linked to, and letters for pictures of labels.
# hadolint ignore=DL3018
RUN apk add --no-cache libstdc++ font-dejavu \
    && apk del --no-cache apk-tools \
    && mkdir -p /var/lib/scale-ai-mcp \
    && chown 10001:10001 /var/lib/scale-ai-mcp
COPY --from=build /usr/local/bin/node /usr/local/bin/node

WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./

ENV NODE_ENV=production \
    SCALE_MCP_HOST=0.0.0.0 \
    SCALE_MCP_PORT=3000 \
    SCALE_MCP_METRICS_HOST=0.0.0.0 \
    SCALE_MCP_METRICS_PORT=9464 \
    SCALE_MCP_STATE_DIR=/var/lib/scale-ai-mcp

# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME ["/var/lib/scale-ai-mcp"]
EXPOSE 3000 9464
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["http"]

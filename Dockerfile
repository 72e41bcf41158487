# Not run in this project's own CI (no container engine there); kept simple so that it can be read instead.
FROM node:24-bookworm-slim
WORKDIR /opt/xinglin
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund && useradd --system --home /data xinglin && mkdir /data && chown xinglin /data
USER xinglin
ENV XINGLIN_DATA=/data XINGLIN_HOST=0.0.0.0
EXPOSE 8600 5514/tcp 5514/udp
VOLUME /data
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8600/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--conditions=source", "apps/cli/main.ts", "serve"]

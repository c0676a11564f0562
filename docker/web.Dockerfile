# nginx with the front end. Built from the checkout's root.
FROM node:22-bookworm-slim AS build
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY frontend ./
COPY include /src/include
RUN npm run build

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx-light libnginx-mod-nchan libnginx-mod-http-brotli-filter \
    libnginx-mod-http-brotli-static curl \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /var/lib/nginx/body \
 && install -d -o www-data -g www-data -m 750 /run/dabiao /var/lib/dabiao
COPY --from=build /src/frontend/dist /usr/share/dabiao/www
COPY nginx /usr/share/dabiao/nginx
COPY --chmod=755 docker/web-start.sh /usr/local/bin/web-start
USER www-data
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["web-start"]

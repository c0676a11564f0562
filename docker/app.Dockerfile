# The program: master, workers, scheduler and the `dabiao` command. Built from the checkout's root.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev make pkg-config libfcgi-dev libjansson-dev libjwt-dev \
    libmariadb-dev libsodium-dev libcurl4-openssl-dev libzip-dev libexpat1-dev libxlsxwriter-dev liboath-dev libqrencode-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Makefile ./
COPY include include
COPY app app
RUN make -s -j"$(nproc)" MODE=release all

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libfcgi0ldbl libjansson4 libjwt0 libmariadb3 libsodium23 libcurl4 libzip4 \
    libexpat1 libxlsxwriter4 liboath0 libqrencode4 tzdata ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o www-data -g www-data -m 750 /run/dabiao /var/lib/dabiao
COPY --from=build /src/build/release/dabiao /usr/local/bin/dabiao
COPY sql /usr/share/dabiao/sql
COPY --chmod=755 docker/app-start.sh /usr/local/bin/app-start
USER www-data
ENV DABIAO_SQL_DIR=/usr/share/dabiao/sql \
    DABIAO_DATA_DIR=/var/lib/dabiao \
    DABIAO_FCGI_SOCKET=/run/dabiao/api.sock \
    DABIAO_EVENTS_SOCKET=/run/dabiao/events.sock \
    DABIAO_METRICS_SOCKET=/run/dabiao/metrics.sock
VOLUME ["/var/lib/dabiao", "/run/dabiao"]
CMD ["app-start"]

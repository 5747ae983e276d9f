# A static binary in an image that holds nothing else: the bot needs no shell,
# no libc and no network of its own.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /mabsbot . && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /mabsbot /src/LICENSE /src/NOTICE /
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
# What the bot remembers, and the key that it is sealed with. Keep both.
VOLUME /data
ENV MABSBOT_STORE_PATH=/data/mabsbot.db
# The console, and the requests of Slack in HTTP mode.
EXPOSE 8080 3000
HEALTHCHECK CMD ["/mabsbot", "health"]
ENTRYPOINT ["/mabsbot"]

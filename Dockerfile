# A static binary in an image that holds nothing else: the bot needs no shell, no
# libc and no package. deploy/README.md has the commands that pin the images by
# digest, and that build the same image without Docker.
ARG BUILD_IMAGE=golang:1.26
ARG BASE_IMAGE=scratch

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
ARG TARGETOS=
ARG TARGETARCH=
RUN CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -tags timetzdata \
	-ldflags "-s -w -X mabsbot/adapters/cli.release=${VERSION}" -o /mabsbot . && mkdir /data

FROM ${BASE_IMAGE}
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /mabsbot /src/LICENSE /src/NOTICE /
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
# What the bot remembers, and the key that it is sealed with. Keep both.
VOLUME /data
ENV MABSBOT_STORE_PATH=/data/mabsbot.db
# The console, health and metrics, and the requests of Slack in HTTP mode.
EXPOSE 8080 8081 3000
# A new version may change the tables first, which takes minutes if there are many rows.
HEALTHCHECK --interval=15s --timeout=10s --start-period=5m CMD ["/mabsbot", "health"]
ENTRYPOINT ["/mabsbot"]

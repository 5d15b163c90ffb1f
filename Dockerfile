# A static binary and nothing else. Build: docker build -t wapost .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/wapost ./cmd/wapost \
 && mkdir -p /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/wapost /wapost
# The GPL-3.0 of libsignal asks for the notices with every image (see NOTICE).
COPY LICENSE NOTICE LICENSES /licenses/
COPY --from=build --chown=10001:10001 /out/data /data
COPY --from=build --chown=10001:10001 /out/tmp /tmp
USER 10001:10001
ENV WAPOST_DATA=/data
VOLUME /data
EXPOSE 7001
HEALTHCHECK --interval=10s --timeout=3s CMD ["/wapost", "health"]
ENTRYPOINT ["/wapost"]
CMD ["serve"]

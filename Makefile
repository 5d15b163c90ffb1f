# wapost: see README.md. `make` lists the commands.
.DEFAULT_GOAL := help
GO ?= go
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VULN := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: help run test judges race soak bench lint vuln check build openapi clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## the whole gateway with a simulated WhatsApp, nothing else needed
	$(GO) run ./cmd/wapost sandbox

test: ## every test that must pass before a change lands (under 5 minutes on 2 cores)
	@command -v $(GO) >/dev/null || { echo "Go 1.26 or newer is missing: https://go.dev/doc/install" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) test -parallel 4 -timeout 8m ./...
	@[ -d docs/verify/outside/node_modules ] || echo "skipped: libraries of Node judge our signatures after 'make judges', which needs Node and npm" >&2

judges: ## install the libraries of Node that judge our signatures (docs/verify/outside)
	npm ci --prefix docs/verify/outside --ignore-scripts --no-audit --no-fund

race: ## the same under the race detector (slow; needs a C compiler)
	$(GO) test -race -timeout 30m ./...

soak: ## the long ones: a thousand kills of the engine, a hundred of the whole gateway, days of 1500 mixed actions, two million events held
	WAPOST_SOAK=1 $(GO) test -timeout 60m -run 'Soak' -v ./internal/delivery ./internal/app ./internal/store

bench: ## figures as ratios measured in one run, written to .bench/latest.json
	$(GO) run ./internal/bench

lint: ## golangci-lint with .golangci.yml (built from source on first use)
	$(GO) run $(LINT) run ./...

vuln: ## known vulnerabilities in what we import and call
	$(GO) run $(VULN) ./...

check: lint test ## what a reviewer runs

build: ## a static binary in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/wapost ./cmd/wapost

openapi: ## write the API document of this build to docs/openapi.json
	$(GO) run ./cmd/wapost openapi > docs/openapi.json

clean: ## remove what was built
	rm -rf bin .bench

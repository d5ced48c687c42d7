# Yutang. `make help` lists what can be done.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FLAGS   := -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
export CGO_ENABLED = 0

.PHONY: help build web go e2e demo serve test test-go long fuzz crash powercut bench bench-compare lint features clean tools

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

build: web go ## build bin/yutang with the console

web: ## build the console and the staff's pages into internal/web/dist
	@cd web && { cmp -s package-lock.json node_modules/.yutang-lock || { npm install --no-save --loglevel=error && cp package-lock.json node_modules/.yutang-lock; }; }
	cd web && npm run --silent api && npm run --silent types && npm run --silent build

go: ## build bin/yutang with what internal/web/dist holds
	$(GO) build $(FLAGS) -o bin/yutang ./cmd/yutang

demo: build ## run a filled brand on http://127.0.0.1:8080
	./bin/yutang demo

serve: build ## run the server on ./yutang-data
	./bin/yutang serve

tools: ## install the Debian packages that the tests use
	@./tools/debian.sh

test: tools build ## run every test: both databases, client SDKs, crashes, the console in Chromium
	$(GO) run ./tools/check

e2e: tools build ## drive the console in Chromium against the demo brand
	cd web && npm run --silent e2e

test-go: ## run the Go tests on SQLite only
	$(GO) test ./...

long: tools build ## everything in test, and 20 s of fuzzing for each target
	$(GO) run ./tools/check -fuzz 20s

fuzz: ## fuzz each target for a minute
	$(GO) run ./tools/check -no-conformance -no-e2e -fuzz 1m

crash: build ## kill the server 1,000 times under load
	$(GO) test ./internal/crash -run Crash -count 1 -timeout 60m -v -kills 1000 -wecom-kills 200 -journey-kills 200

powercut: build ## cut the power 300 times (root; needs xfsprogs)
	$(GO) test ./internal/crash -run PowerCut -count 1 -timeout 60m -v -cuts 300

bench: build ## measure everything; about 15 minutes
	./bin/yutang bench all

bench-compare: ## ask ClickHouse and PostgreSQL the same; about 5 minutes, installs both as root
	$(GO) run ./bench/compare

lint: ## golangci-lint with the floors of the house
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

features: ## write docs/features.md from the tests
	$(GO) test ./internal/tree -run Features -update

clean: ## remove what was built
	rm -rf bin .cache internal/web/dist/console internal/web/dist/staff

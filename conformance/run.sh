#!/bin/sh
# Runs the conformance tests against a running server: run.sh URL WRITE_KEY TOKEN
set -eu
if [ $# -ne 3 ]; then
	echo "usage: $0 URL WRITE_KEY TOKEN" >&2
	exit 2
fi
cd "$(dirname "$0")"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	# Not "npm ci": it insists on optional builds for other systems, which registries may lack.
	# The lock file still decides every version.
	npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund
fi
YUTANG_URL=$1 YUTANG_WRITE_KEY=$2 YUTANG_TOKEN=$3 exec node --test

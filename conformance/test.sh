#!/bin/sh
# Starts bin/yutang on a free port and an empty directory, runs the conformance tests
# against it, and stops it. Exits as the tests do.
set -eu
cd "$(dirname "$0")/.."
[ -x bin/yutang ] || make build

data=$(mktemp -d)
key=wk_conformance
token=yt_conformance_owner_token_of_this_run
server=
finish() {
	code=$?
	trap - EXIT INT TERM
	if [ -n "$server" ]; then
		kill -TERM "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	[ "$code" -eq 0 ] || tail -n 20 "$data/log" >&2
	rm -rf "$data"
	exit "$code"
}
trap finish EXIT INT TERM

YUTANG_ADMIN_TOKEN=$token YUTANG_WRITE_KEY=$key \
	bin/yutang serve --data "$data/brand" --listen 127.0.0.1:0 >"$data/out" 2>"$data/log" &
server=$!

# The server prints its address once it is ready.
url=
tries=0
while [ -z "$url" ]; do
	url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$data/out")
	tries=$((tries + 1))
	if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
		echo "the server did not start" >&2
		exit 1
	fi
	[ -n "$url" ] || sleep 0.1
done
curl --silent --fail --output /dev/null --max-time 5 --retry 20 --retry-delay 1 --retry-connrefused "$url/readyz"
conformance/run.sh "$url" "$key" "$token"

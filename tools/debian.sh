#!/usr/bin/env bash
# Installs the Debian packages that the tests use, if they are missing and we may.
set -euo pipefail
missing=()
[ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing+=(postgresql)
command -v mkfs.xfs >/dev/null || missing+=(xfsprogs)
command -v strace >/dev/null || missing+=(strace)
command -v losetup >/dev/null || missing+=(mount)
command -v chromium >/dev/null || missing+=(chromium)
fc-list 2>/dev/null | grep -q 'Noto Sans CJK' || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "these packages are missing; install them: ${missing[*]}" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 -qq update
# The tests start clusters of their own; Debian need not make one.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}"

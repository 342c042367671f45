#!/bin/sh
# Installs Debian packages that smkit and its tests use; names them where it may not.
set -eu

needed=""
want() { command -v "$1" >/dev/null 2>&1 || needed="$needed $2"; }

want make make
want bwrap bubblewrap
want chromium chromium
want node nodejs
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || needed="$needed postgresql"
python3 -c 'import ensurepip' 2>/dev/null || needed="$needed python3-venv"

[ -n "$needed" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "    installing:$needed"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $needed >/dev/null
	exit 0
fi
echo "    missing on this machine:$needed"
echo "    install them with: sudo apt-get install$needed"
case "$needed" in
*nodejs*) echo "    the front end cannot be built without node 20 or newer"; exit 1 ;;
esac
echo "    going on without: jobs lose their own /opt/ml without bubblewrap, and tests that need"
echo "    chromium or postgresql fail until they are there"

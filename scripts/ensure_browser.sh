#!/bin/sh
# The browser tests drive Debian's Chromium, best without its window: install it where we may, else say how.
set -eu

if command -v chromium-headless-shell >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium-headless-shell for the browser tests…" >&2
    if { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends chromium-headless-shell; } >/dev/null </dev/null; then
        exit 0
    fi
fi
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done
echo "chromium is missing and the browser tests need it: run sudo apt-get install chromium-headless-shell" >&2
exit 1

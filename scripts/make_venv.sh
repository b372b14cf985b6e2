#!/bin/sh
# Make the virtual environment $2 with the interpreter $1, from requirements.lock alone.
set -eu
python=$1
venv=$2

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null; then
    say "$python is missing: install it (apt-get install python3 python3-venv)"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
    say "$("$python" -V) cannot run this: use Python 3.11, 3.12 or 3.13 (make PYTHON=python3.11 …)"
    exit 1
fi

# Debian keeps ensurepip in a package of its own; without it, venv fails half-way.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $package…"
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package"; } \
            >/dev/null </dev/null || { say "$package could not be installed: run apt-get install $package"; exit 1; }
    else
        say "$package is missing: run sudo apt-get install $package"
        exit 1
    fi
fi

# An environment whose interpreter is gone, or that was made where the checkout no longer is, is made anew.
if [ -e "$venv" ] && ! { "$venv/bin/python" -c "import pip" && grep -qxF "$(pwd)" "$venv/checkout"; } 2>/dev/null; then
    rm -rf "$venv"
fi
[ -e "$venv" ] || "$python" -m venv "$venv"
pwd > "$venv/checkout"

# The lock is whole: asked for dependencies too, pip looks beyond it for extras of the same package and finds no hash.
say "Installing the locked packages into $venv…"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all: --no-deps \
    -r requirements.lock

# The project itself is its checkout: one path file, one command, nothing to build.
purelib=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd > "$purelib/events-api.pth"
cat > "$venv/bin/events-api" <<END
#!/bin/sh
exec "\$(dirname "\$0")/python" -m events_api.cli "\$@"
END
chmod 755 "$venv/bin/events-api"

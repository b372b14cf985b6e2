"""What the installation is told from outside: one frozen Struct, read from the environment by this module alone."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec import Meta

PREFIX = "EVENTS_"
TEST_PREFIX = "EVENTS_TEST_"
FROM_FILE = "_FILE"
APP_ROLE = "events_app"
OWNER_ROLE = "events_owner"

Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=1, le=1000)]


class SettingsError(Exception):
    """A variable is unknown, unreadable or has a value that cannot be used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The variable of a field is EVENTS_ and its name in capitals; EVENTS_…_FILE names a file that holds the value."""

    home: Path = Path(".events")
    database_url: str = ""
    """Owner of the schema; empty means the embedded server."""
    app_database_url: str = ""
    """Runtime connections; empty means `database_url` under the role events_app, where that role exists."""
    redis_url: str = ""
    """Empty means the embedded server."""
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: Port = 8000
    api_processes: Count = 1
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    """Addresses whose X-Forwarded-* headers are believed, comma separated in the variable."""
    secret_file: Path | None = None
    """Master key; generated as `home`/secret (mode 600) on first use when not given."""
    environment: Literal["development", "production"] = "development"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    pool_min: Count = 2
    pool_max: Count = 10
    shutdown_seconds: Count = 20
    """How long a stopping process may finish what it has begun."""
    operator: str = ""
    """Who publishes the site; like the two below, what is not given is said to be missing on the pages."""
    contact: str = ""
    """The address that people write to: legal notice, privacy, accessibility."""
    hosting: str = ""
    """Who hosts the site."""

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the EVENTS_ variables, of this process when none are given, and refuse those that mean nothing."""
        environ = os.environ if environ is None else environ
        values: dict[str, object] = {}
        for variable, text in environ.items():
            if not variable.startswith(PREFIX) or variable.startswith(TEST_PREFIX):
                continue
            field, value = _field_and_value(cls, variable, text)
            if field in values:
                raise SettingsError(f"{PREFIX}{field.upper()} is given twice, as itself and as {FROM_FILE}")
            if value or field in {"database_url", "app_database_url", "redis_url"}:
                values[field] = value.split(",") if field == "trusted_proxies" else value
        try:
            settings = msgspec.convert(values, cls, strict=False, dec_hook=lambda _, text: Path(text))
        except msgspec.ValidationError as error:
            raise SettingsError(f"a variable cannot be used: {error} (fields are {PREFIX}… variables)") from None
        return msgspec.structs.replace(
            settings,
            home=settings.home.expanduser().absolute(),
            trusted_proxies=tuple(proxy.strip() for proxy in settings.trusted_proxies if proxy.strip()),
        )

    def environ(self) -> dict[str, str]:
        """The environment that makes a child process read these same settings."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX) or k.startswith(TEST_PREFIX)}
        own = {
            PREFIX + field.upper(): ",".join(value) if isinstance(value, tuple) else str(value)
            for field in self.__struct_fields__
            if (value := getattr(self, field)) not in (None, "")
        }
        return inherited | own

    @staticmethod
    def bare_environ() -> dict[str, str]:
        """The environment of a child process that is to know none of these settings."""
        return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}

    def export(self) -> None:
        """Make the processes that this one spawns read these same settings."""
        os.environ.update(self.environ())

    @property
    def files(self) -> Path:
        """The content-addressed store of uploaded and produced files."""
        return self.home / "files"

    @property
    def renderings(self) -> Path:
        """Files that can be made again at any time, shared by the processes, never backed up."""
        return self.home / "renderings"

    @property
    def secret_path(self) -> Path:
        """The file of the master key."""
        return self.secret_file or self.home / "secret"


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def with_role(url: str, role: str) -> str:
    """The same connection, under a role taken at its start."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("role", role)])
    return urlunsplit(parts._replace(query=query))


def with_redis_database(url: str, number: int) -> str:
    """The same Redis server, another of its numbered databases."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        kept = [(key, value) for key, value in parse_qsl(parts.query) if key != "db"]
        return f"unix://{parts.path}?{urlencode([*kept, ('db', str(number))])}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def master_key(settings: Settings) -> bytes:
    """The 32 secret bytes of this installation, made once under `home` unless a file was given."""
    path = settings.secret_path
    if settings.secret_file is None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_hex(32) + "\n")
        try:
            path.hardlink_to(draft)  # of two processes that start together, the first one wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise SettingsError(f"the master key cannot be read: {error.strerror} ({path})") from None
    except ValueError:
        raise SettingsError(f"the master key is not hexadecimal text ({path})") from None
    if len(key) < 32:
        raise SettingsError(f"the master key is shorter than 32 bytes ({path})")
    return key


def _field_and_value(cls: type[Settings], variable: str, text: str) -> tuple[str, str]:
    field = variable.removeprefix(PREFIX).lower()
    if field in cls.__struct_fields__:
        return field, text
    field = variable.removeprefix(PREFIX).removesuffix(FROM_FILE).lower()
    if not variable.endswith(FROM_FILE) or field not in cls.__struct_fields__:
        raise SettingsError(f"the variable {variable} is not known")
    try:
        return field, Path(text).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable} cannot be read: {error.strerror} ({text})") from None

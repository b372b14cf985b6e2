"""The settings: every variable is known, readable from a file, and passed on to children unchanged."""

import ast
import stat
import threading
from pathlib import Path

import pytest

from events_api.settings import (
    Settings,
    SettingsError,
    master_key,
    with_database,
    with_redis_database,
    with_role,
)

ROOT = Path(__file__).parents[1]


def test_nothing_given_means_a_local_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings.read({"PATH": "/bin"}) == Settings(home=tmp_path / ".events")


def test_values_are_converted_and_lists_are_split() -> None:
    environ = {
        "EVENTS_HOME": "/srv/events",
        "EVENTS_PORT": "0",
        "EVENTS_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
        "EVENTS_ENVIRONMENT": "production",
        "EVENTS_SECRET_FILE": "/run/secrets/key",
    }

    assert Settings.read(environ) == Settings(
        home=Path("/srv/events"),
        port=0,
        trusted_proxies=("10.0.0.1", "10.0.0.2"),
        environment="production",
        secret_file=Path("/run/secrets/key"),
    )


def test_every_variable_may_name_a_file_that_holds_its_value(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://somebody:word@db/events\n", encoding="utf-8")

    settings = Settings.read({"EVENTS_HOME": "/srv", "EVENTS_DATABASE_URL_FILE": str(tmp_path / "url")})

    assert settings == Settings(home=Path("/srv"), database_url="postgresql://somebody:word@db/events")


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"EVENTS_DATABSE_URL": "x"}, "the variable EVENTS_DATABSE_URL is not known"),
        ({"EVENTS_COLOUR_FILE": "x"}, "the variable EVENTS_COLOUR_FILE is not known"),
        (
            {"EVENTS_REDIS_URL_FILE": "/nowhere/url"},
            "EVENTS_REDIS_URL_FILE cannot be read: No such file or directory (/nowhere/url)",
        ),
        (
            {"EVENTS_REDIS_URL_FILE": "/dev/null", "EVENTS_REDIS_URL": ""},
            "EVENTS_REDIS_URL is given twice, as itself and as _FILE",
        ),
        (
            {"EVENTS_PORT": "70000"},
            "a variable cannot be used: Expected `int` <= 65535 - at `$.port` (fields are EVENTS_… variables)",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(environ: dict[str, str], reason: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.read(environ)

    assert str(refusal.value) == reason


def test_a_child_reads_the_same_settings(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        database_url="postgresql:///events",
        port=0,
        trusted_proxies=("::1", "127.0.0.1"),
        secret_file=tmp_path / "key",
    )

    assert Settings.read(settings.environ()) == settings


def test_the_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(master_key(settings))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys[0]) == 32
    assert keys == [keys[0]] * 8
    assert [path.name for path in settings.home.iterdir()] == ["secret"]
    assert stat.S_IMODE(settings.secret_path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not hexadecimal", "the master key is not hexadecimal text"),
        ("abcd", "the master key is shorter than 32 bytes"),
        (None, "the master key cannot be read: No such file or directory"),
    ],
)
def test_a_given_key_is_used_as_it_is_or_refused(tmp_path: Path, content: str | None, reason: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError) as refusal:
        master_key(Settings(home=tmp_path, secret_file=path))

    assert str(refusal.value) == f"{reason} ({path})"


def test_addresses_are_changed_in_one_part_only() -> None:
    socket = "postgresql://owner@/events?host=/run/x&port=5432"

    assert with_database(socket, "other") == "postgresql://owner@/other?host=/run/x&port=5432"
    assert with_role("postgresql://u:p%40@db:1/events", "app") == "postgresql://u:p%40@db:1/events?role=app"
    assert with_redis_database("unix:///run/x/redis.sock?db=0", 3) == "unix:///run/x/redis.sock?db=3"
    assert with_redis_database("redis://:p@cache:6379/0", 3) == "redis://:p@cache:6379/3"


def test_nobody_else_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("events_api", "workers", "dashboards", "migrations")
        for path in (ROOT / folder).rglob("*.py")
        if reads_environment(path.read_text(encoding="utf-8"))
    }

    assert readers == {"events_api/settings.py"}
    assert reads_environment("import os\nos.environ['X']")
    assert reads_environment("from os import getenv")
    assert not reads_environment("environ = {}\nprint(environ)")


def reads_environment(source: str) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"} and is_os(node.value))
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {"environ", "getenv"} & names(node))
        for node in ast.walk(ast.parse(source))
    )


def is_os(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "os"


def names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}

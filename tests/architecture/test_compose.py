"""compose.yaml, the Dockerfile and the lock name only what exists: no container engine is needed to know that."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.exceptions import TyperException

from events_api.cli import app
from events_api.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "events-api"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRETS = "/run/secrets/"


def test_the_services_are_those_of_the_platform() -> None:
    assert list(SERVICES) == ["postgres", "valkey", "migrate", "api", "worker"]
    assert list(OURS) == ["migrate", "api", "worker"]
    assert SERVICES["postgres"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("name", OURS)
def test_every_command_and_health_check_is_one_of_the_cli(name: str) -> None:
    service = OURS[name]
    parse(service["command"])
    if "healthcheck" in service:
        kind, program, *arguments = service["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "events-api")
        parse(arguments)


def test_a_command_that_the_cli_lacks_is_noticed() -> None:
    with pytest.raises(TyperException, match="No such option: --prot"):
        parse(["serve", "--prot", "8000"])
    with pytest.raises(TyperException, match="'postgres' is not one of 'api', 'worker'"):
        parse(["health", "postgres"])
    with pytest.raises(AssertionError, match="there is no command bakcup"):
        parse(["bakcup"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_of_the_settings_and_every_secret_is_given(name: str, tmp_path: Path) -> None:
    service = OURS[name]
    environ = {}
    for variable, value in service["environment"].items():
        plain = re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
        if plain.startswith(SECRETS):
            secret = plain.removeprefix(SECRETS)
            assert secret in service["secrets"]
            (tmp_path / secret).write_text(f"{secret}\n", encoding="utf-8")
            plain = str(tmp_path / secret)
        environ[variable] = plain

    settings = Settings.read(environ)

    assert settings.redis_url == "redis://valkey:6379/0"
    assert {settings.database_url, settings.app_database_url} in (
        {"", "app_database_url"},
        {"owner_database_url", ""},
    )
    assert {secret for secret in service["secrets"] if secret in "".join(service["environment"].values())} == set(
        service["secrets"]
    )


def test_variables_of_the_shell_that_compose_reads_are_settings() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    Settings.read(dict.fromkeys(re.findall(r"\$\{(\w+)", text), "x"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert str(service["user"]).split(":")[0] not in {"", "0", "root"}
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert ("healthcheck" in service) == (name != "migrate")
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()
    assert set(service["networks"]) <= COMPOSE["networks"].keys()
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]


def test_nothing_starts_before_what_it_needs() -> None:
    waits = {
        name: {of: how["condition"] for of, how in s.get("depends_on", {}).items()} for name, s in SERVICES.items()
    }

    ready = {"migrate": "service_completed_successfully", "valkey": "service_healthy"}
    assert waits == {
        "postgres": {},
        "valkey": {},
        "migrate": {"postgres": "service_healthy"},
        "api": ready,
        "worker": ready,
    }


def test_queue_and_database_keep_what_they_were_told() -> None:
    valkey = shlex.join(SERVICES["valkey"]["command"])

    assert "--appendonly yes" in valkey
    assert "--maxmemory-policy noeviction" in valkey
    assert not {"fsync", "full_page_writes", "synchronous_commit"} & set(
        re.findall(r"\w+", shlex.join(SERVICES["postgres"]["command"]))
    )


def test_the_secrets_that_compose_names_are_made_by_the_script() -> None:
    script = (ROOT / "deploy" / "make_secrets.sh").read_text(encoding="utf-8")

    assert set(re.findall(r"^write (\w+)", script, re.MULTILINE)) == COMPOSE["secrets"].keys()


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    copied = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    environ = dict(re.findall(r"\b(EVENTS_\w+)=(\S+)", DOCKERFILE))

    settings = Settings.read(environ)

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["events"]
    assert (str(settings.home), settings.environment) == ("/var/lib/events", "production")
    parse(["serve"])
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {package.removesuffix("*") for package in packages} <= set(copied)


def test_the_image_installs_a_part_of_what_is_tested() -> None:
    tested, shipped = (pins(name) for name in ("requirements.lock", "requirements-run.lock"))

    assert shipped <= tested
    assert {"litestar", "asyncpg", "arq"} <= {line.split("==")[0] for line in shipped}
    assert not {"pytest", "ruff", "playwright"} & {line.split("==")[0] for line in shipped}


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    locked = dict(line.split("==") for line in pins("requirements.lock"))

    assert [str(one) for one in asked if not one.specifier.contains(locked.get(canonicalize_name(one.name), "0"))] == []


def pins(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text, "a lock names no index"
    return set(re.findall(r"^(\S+==[^\s;]+)", text, re.MULTILINE))


def parse(arguments: list[str]) -> None:
    """Fail unless the command line takes these arguments."""
    command: Any = typer.main.get_command(app)
    for name in arguments:
        if not hasattr(command, "commands"):
            break
        assert name in command.commands, f"there is no command {name}"
        command, arguments = command.commands[name], arguments[1:]
    command.make_context(command.name, list(arguments))

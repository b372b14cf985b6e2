"""The command `events-api`: assembles the groups of `events_api.commands` and turns failures into one clear line."""

import os
import sys

import asyncpg
import typer
from redis.exceptions import ConnectionError as RedisConnectionError

from events_api.commands import (
    access,
    annex,
    assessments,
    attendance,
    audit,
    backups,
    demo,
    impact,
    imports,
    jobs,
    openapi,
    platform,
    privacy,
    simulate,
    token,
    user,
)
from events_api.commands.output import people
from events_api.embedded import ServersUnavailable
from events_api.settings import SettingsError
from events_api.store.backup import BackupRefused
from events_api.store.distribute import NotACoordinator

app = typer.Typer(
    name="events-api",
    help="Event and festival programme platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (platform, backups, openapi, access, demo, simulate):
    app.registered_commands += group.app.registered_commands
impact.app.registered_commands += assessments.app.registered_commands
for named in (imports, attendance, impact, annex, jobs, audit, privacy, user, token):
    app.add_typer(named.app)


def main() -> None:
    """Run the command of the arguments; exit 1 on a refusal, 2 on wrong usage, 70 on a defect."""
    try:
        app()
    except (SettingsError, ServersUnavailable, BackupRefused, NotACoordinator, demo.DemoFailed) as refusal:
        _fail(str(refusal), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError) as unreachable:
        _fail(f"a server or file cannot be reached: {unreachable}", 1)
    except RedisConnectionError as unreachable:
        _fail(f"Redis cannot be reached: {unreachable}", 1)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except Exception as defect:  # noqa: BLE001  the crash handler of the command line
        _fail(f"{type(defect).__name__}: {defect}", 70)


def _fail(reason: str, code: int) -> None:
    people.print(f"events-api: {' '.join(reason.split())}", markup=False, soft_wrap=True)
    sys.exit(code)


if __name__ == "__main__":
    main()

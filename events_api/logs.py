"""The log of a process: one JSON object a line, the ids of the request or job on it, no personal data."""

import datetime as dt
import logging
import re
import sys
import traceback
from typing import Any

import asyncpg
import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from events_api.settings import Settings

_MAIL = re.compile(r"[^\s@<>\"'()]+@[^\s@<>\"'()]+")
_QUOTED = re.compile(r"\"[^\"]*\"")
MESSAGE_LENGTH = 300
QUIET = {"arq": logging.WARNING, "asyncio": logging.WARNING, "asyncpg": logging.ERROR}


def describe(error: BaseException, *, frames: int = 30) -> str:
    """What went wrong and where: class, message, the last frames, the causes; without the values of anybody."""
    parts = [f"{type(error).__name__}: {message_of(error)}".rstrip(": ")]
    stack = list(traceback.walk_tb(error.__traceback__))[-frames:] if frames else []
    parts += [f"  {frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_qualname}" for frame, line in stack]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        parts += ["because of", describe(cause, frames=min(frames, 3))]
    return "\n".join(parts)


def message_of(error: BaseException) -> str:
    """The message of an error on one line; PostgreSQL's details, which quote rows, are left out."""
    if isinstance(error, asyncpg.PostgresError):
        names = [
            f"{name.removesuffix('_name')} {value}"
            for name in ("table_name", "column_name", "constraint_name")
            if (value := getattr(error, name, None))
        ]
        text = " ".join([_QUOTED.sub("…", str(error.args[0]) if error.args else ""), *(f"({name})" for name in names)])
    else:
        text = str(error)
    text = _MAIL.sub("…@…", " ".join(text.split()))
    return text if len(text) <= MESSAGE_LENGTH else text[: MESSAGE_LENGTH - 1] + "…"


def _exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    return event


def configure_logs(settings: Settings) -> None:
    """Send everything, the standard library's loggers included, to standard error in the format of the settings."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception,
    ]
    last: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, last],
        logger_factory=structlog.WriteLoggerFactory(_StandardError()),  # type: ignore[arg-type]  # all that it uses
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))


class RequestLog:
    """The line of each request, written straight in the JSON format: it is on the path of every answer."""

    def __init__(self, settings: Settings) -> None:
        self.json = settings.log_format == "json"
        self.on = logging.getLevelNamesMapping()[settings.log_level.upper()] <= logging.INFO
        self.log = structlog.get_logger("http")

    def __call__(self, *, request_id: str, method: str, path: str, status: int, ms: float) -> None:
        """Tell that a request ended."""
        if not self.on:
            return
        if not self.json:
            self.log.info("http.request", method=method, path=path, status=status, ms=ms)
            return
        line = {
            "request_id": request_id,
            "method": method,
            "path": path,
            "status": status,
            "ms": ms,
            "event": "http.request",
            "level": "info",
            "timestamp": dt.datetime.now(dt.UTC),
        }
        sys.stderr.write(_encode(line).decode() + "\n")
        sys.stderr.flush()


_encode = msgspec.json.Encoder().encode


class _StandardError:
    """Standard error as it is when a line is written: loggers are kept, and may outlive a redirection."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _json(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()

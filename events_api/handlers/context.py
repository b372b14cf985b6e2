"""What a request carries besides its content: its id, who asks, and in which language to answer."""

import re
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.types import Scope

from events_api.domain.actors import NOBODY, Actor, Grant
from events_api.text.formats import Language

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
Connection = ASGIConnection[Any, Any, Any, Any]


def actor_of(scope: Scope) -> Actor:
    """Who asks, as the identity middleware found."""
    actor: Actor = scope.get("state", {}).get("actor", NOBODY)
    return actor


def grant_of(scope: Scope) -> Grant:
    """How far the operation reaches for who asks, as the guard decided."""
    grant: Grant = scope["state"]["grant"]
    return grant


def request_id_of(scope: Scope) -> str:
    """The id under which this request is in the log, the audit trail and the answer."""
    return str(scope.get("state", {}).get("request_id", "-"))


def language_of(connection: Connection) -> Language:
    """French unless the reader asks for English: by ?lang=, by account, or by Accept-Language."""
    asked = connection.scope.get("state", {}).get("language")
    if asked in ("fr", "en"):
        return cast("Language", asked)
    preferred = actor_of(connection.scope).language
    if preferred is not None:
        return preferred
    best, best_quality = "fr", 0.0
    for part in connection.headers.get("accept-language", "").split(","):
        tag, _, quality_text = part.strip().partition(";q=")
        try:
            quality = float(quality_text) if quality_text else 1.0
        except ValueError:
            continue
        language = tag.lower()[:2]
        if language in ("fr", "en") and quality > best_quality:
            best, best_quality = language, quality
    return cast("Language", best)

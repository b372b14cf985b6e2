"""Give schemathesis real identifiers: half of its valid cases speak of records that exist."""

import os
import random
from pathlib import Path
from typing import Any

import msgspec
import schemathesis
from schemathesis import GenerationMode

KNOWN: dict[str, list[str]] = msgspec.json.decode(Path(os.environ["FUZZ_KNOWN"]).read_bytes())
PATHS = {
    "/events": "event", "/editions": "edition", "/organisations": "organisation", "/places": "place",
    "/families": "family", "/sessions": "session", "/roadmap-actions": "roadmap_action",
}  # fmt: skip
chance = random.Random(7)


def real(kind: str) -> str | None:
    """An identifier of that kind that exists."""
    return chance.choice(KNOWN[kind]) if KNOWN.get(kind) else None


def with_real(value: Any, name: str = "") -> Any:
    """The same body with references to records that exist."""
    if isinstance(value, dict):
        return {key: with_real(item, key) for key, item in value.items()}
    kind = name.removesuffix("_ids").removesuffix("_id")
    kind = {"organiser": "organisation", "partner": "organisation", "funder": "organisation"}.get(kind, kind)
    if kind not in KNOWN or value is None:
        return value
    if isinstance(value, list):
        return [found for _ in value[:1] if (found := real(kind))]
    return real(kind) or value


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Replace identifiers of a valid case by real ones, and start changes from whatever version there is."""
    del context
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or chance.random() < 0.3:
        return case
    for prefix, kind in PATHS.items():
        if f"/api/v1{prefix}/" in case.path and "record_id" in (case.path_parameters or {}):
            case.path_parameters["record_id"] = real(kind) or case.path_parameters["record_id"]
    if isinstance(case.body, dict):
        case.body = with_real(case.body)
    if case.headers is not None and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    return case

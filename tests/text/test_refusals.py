"""Every refusal can be said: the catalogue against the code that raises."""

import ast
import importlib
import pkgutil
import string
from collections.abc import Iterator
from pathlib import Path

import events_api
from events_api.domain.errors import DomainError
from events_api.text.sentences import SENTENCES

ROOT = Path(events_api.__file__).parents[1]


def refusals() -> dict[str, str]:
    """Return the code of each refusal by the name of its class; the bases, named …Error, are never raised."""
    for module in pkgutil.walk_packages(events_api.__path__, "events_api."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    found, waiting = {}, [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if not kind.__name__.endswith("Error"):
            found[kind.__name__] = kind.code
    return found


def raised(names: set[str]) -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield every place that makes a refusal: where, its name, the parameters given (None: not readable)."""
    for folder in ("events_api", "workers", "dashboards"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in names:
                    yield where, node.exc.id, set()
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                    given = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
                    yield where, node.func.id, None if len(given) < len(node.keywords) else given


def wanted(code: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code][0]) if name}


def test_every_refusal_has_its_two_sentences() -> None:
    missing = {name: code for name, code in refusals().items() if code not in SENTENCES}

    assert missing == {}, "add them to events_api/text/sentences.py"


def test_every_sentence_is_given_its_parameters() -> None:
    codes = {name: code for name, code in refusals().items() if code in SENTENCES}

    lacking = {
        f"{where} {name}": wanted(codes[name]) - given
        for where, name, given in raised(set(codes))
        if given is not None and not wanted(codes[name]) <= given
    }

    assert lacking == {}

"""House rules that no ready tool checks: each with what passes and what fails."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from events_api.domain.errors import DomainError
from events_api.text.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for package in ("events_api", "workers", "dashboards", "migrations")
    for path in sorted((ROOT / package).rglob("*.py"))
]
SQL_MAY_BE_IN = ("events_api/store", "events_api/read", "dashboards/queries", "migrations", "events_api/embedded")
TRANSACTIONS_MAY_BE_IN = ("events_api/store", "migrations")
BROAD_EXCEPT_MAY_BE_IN = (
    "workers/",
    "events_api/handlers/envelope.py",
    "events_api/handlers/turnstile.py",  # hands it to the crash handler of the framework
    "events_api/handlers/lectern.py",  # the framework meets and answers it
    "events_api/cli.py",
    "events_api/store/backup.py",
    "events_api/embedded",
    "events_api/importers/tickets/child.py",
)
UNSTEADY_CONFLICT = re.compile(
    r"\bdo update\s+set\b(?:(?!\bwhere\b|\breturning\b).)*?\b(now|current_mark)\(", re.DOTALL
)
SQL_STARTS = ("select ", "insert into ", "update ", "delete from ", "with ", "create ", "alter ", "drop ")


def environment_reads(tree: ast.AST) -> Iterator[int]:
    """`os.environ` and `os.getenv`: the settings read the environment, nobody else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}:
            yield node.lineno


def sql_texts(tree: ast.AST) -> Iterator[int]:
    """String constants that are statements."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            text = " ".join(node.value.split()).lower()
            if text.startswith(SQL_STARTS) and (" from " in text or " set " in text or " values" in text):
                yield node.lineno


def piccolo_transactions(tree: ast.AST) -> Iterator[int]:
    """Piccolo's own transactions and batches, which lose connections and exceptions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"atomic", "batch", "start_connection_pool"}:
            yield node.lineno


def broad_excepts(tree: ast.AST) -> Iterator[int]:
    """`except Exception`, bare `except`, `except BaseException`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            names = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
            if any(
                name is None or (isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"})
                for name in names
            ):
                yield node.lineno


def response_caches(tree: ast.AST) -> Iterator[int]:
    """Litestar's `cache=` on a route: its key knows nothing of who asks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"get", "route"}:
            yield from (keyword.value.lineno for keyword in node.keywords if keyword.arg == "cache")


def naive_prints(tree: ast.AST) -> Iterator[int]:
    """`print`: events go to the log, results through `commands.output`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno


def unsteady_conflicts(tree: ast.AST) -> Iterator[int]:
    """`now()` in `on conflict do update`, which Citus refuses: `excluded` holds the default of the column."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and UNSTEADY_CONFLICT.search(node.value):
            yield node.lineno


RULES = {
    "only the settings read the environment": (
        environment_reads, ("events_api/settings.py", "events_api/embedded", "events_api/cli.py"),
    ),
    "statements are in store, read, dashboards/queries and migrations": (sql_texts, SQL_MAY_BE_IN),
    "no transaction of Piccolo's": (piccolo_transactions, ()),
    "broad excepts are in the job wrapper, the loops and the crash handlers": (broad_excepts, BROAD_EXCEPT_MAY_BE_IN),
    "no response cache of Litestar's": (response_caches, ()),
    "no print": (naive_prints, ()),
    "what a conflict updates is steady": (unsteady_conflicts, ()),
}  # fmt: skip
EXAMPLES = {
    environment_reads: ("settings.home", "import os\nos.environ['X']"),
    sql_texts: ("NAME = 'select a chair'", "Q = 'select id from event'"),
    piccolo_transactions: ("connection.transaction()", "DB.atomic()"),
    broad_excepts: ("try:\n    x()\nexcept ValueError:\n    pass", "try:\n    x()\nexcept Exception:\n    pass"),
    response_caches: ("get('/', name='x')", "get('/', cache=60)"),
    naive_prints: ("log.info('x')", "print('x')"),
    unsteady_conflicts: (
        "KEEP = 'on conflict (id) do update set at = excluded.at where old.at < now()'",
        "KEEP = 'on conflict (id) do update set name = excluded.name, at = now()'",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps_the_house_rule(rule: str) -> None:
    check, exempt = RULES[rule]
    broken = [
        f"{name}:{line}"
        for path in SOURCES
        if not (name := path.relative_to(ROOT).as_posix()).startswith(exempt or ("\0",))
        for line in check(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert broken == []


@pytest.mark.parametrize("check", EXAMPLES)
def test_each_rule_passes_what_is_right_and_finds_what_is_wrong(check: object) -> None:
    right, wrong = EXAMPLES[check]  # type: ignore[index]

    assert list(check(ast.parse(right))) == []  # type: ignore[operator]
    assert list(check(ast.parse(wrong))) != []  # type: ignore[operator]


def test_every_module_says_what_it_owns() -> None:
    assert [p.as_posix() for p in SOURCES if ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) is None] == []


def test_no_refusal_is_without_its_two_sentences() -> None:
    for path in SOURCES:
        if path.parts[len(ROOT.parts)] == "events_api" and "errors" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))

    def family(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        for child in kind.__subclasses__():
            yield child
            yield from family(child)

    bases = {"absent-error", "conflict-error", "forbidden-error", "ticket-file-error"}
    codes = {kind.code for kind in family(DomainError) if kind.__module__.startswith("events_api")} - bases
    assert codes - SENTENCES.keys() == set()
    assert all(french and english for french, english in SENTENCES.values())

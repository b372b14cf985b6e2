"""Bringing what a file states into the register: by external identifier, each record by itself, nothing lost."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.domain.attendance import (
    EditionFigure,
    FigureConflict,
    ProgrammeFigure,
    state_figure,
    state_programme_figure,
)
from events_api.domain.errors import ConflictError, DomainError
from events_api.domain.programme import Organisation
from events_api.domain.records import Entity, Work, incoming, record, replace

STATED: Final = (EditionFigure, ProgrammeFigure, FigureConflict)
"""Kinds that never change: a correction is a new figure in the place of the old one."""
WHERE: Final = frozenset({"source_document", "source_field"})
Result = Literal["accepted", "known", "refused"]


class FileUnreadable(DomainError):
    """A file that is not what the importer reads; `reason` says where it stops."""


class ImportReferenceRefused(DomainError):
    """A record that stands on another one of the same file, which was refused."""


class ImportValueUnusable(DomainError):
    """A value of the file that breaks the format of its field; `reason` says how."""


class FigureAlreadyStated(ConflictError):
    """The file gives another value than the figure on file, which only a correction replaces."""


class Ref(Struct, frozen=True):
    """Stands in the values of a statement for the record of an earlier one."""

    kind: type[Entity]
    external_id: str


class Statement(Struct, frozen=True, kw_only=True):
    """One record as the file states it; `paths` are the pieces of the file that it keeps."""

    kind: type[Entity]
    external_id: str
    values: dict[str, Any]
    paths: tuple[str, ...]


class Piece(Struct, frozen=True, kw_only=True):
    """A piece of a file: where it is and what is written there."""

    path: str
    text: str


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a piece of a file is not kept: a code of the catalogue and its parameters."""

    code: str
    field: str | None = None
    params: dict[str, object] = msgspec.field(default_factory=dict)


class Line(Struct, frozen=True, kw_only=True):
    """What became of one line or piece of a file; `text` holds no e-mail address."""

    number: int
    result: Result
    text: str
    field: str | None = None
    refusal: Refusal | None = None


class ImportWork(Work, Protocol):
    """A unit of work that can undo one record and go on."""

    def attempt(self) -> AbstractAsyncContextManager[Any]: ...


Locate = Callable[[str], Awaitable[UUID | None]]


async def register(
    work: ImportWork, system: str, statements: Iterable[Statement], organisation_of_siret: Locate
) -> dict[str, Refusal | Result]:
    """Bring every statement into the register and return what became of each piece; a refusal stops only itself."""
    made: dict[Ref, UUID] = {}
    outcome: dict[str, Refusal | Result] = {}
    for statement in statements:
        result: Refusal | Result
        try:
            async with work.attempt():
                result, record_id = await _bring(work, system, statement, made, organisation_of_siret)
            made[Ref(statement.kind, statement.external_id)] = record_id
        except DomainError as refusal:
            result = Refusal(code=refusal.code, field=refusal.field, params=refusal.params)
        for path in statement.paths:
            outcome[path] = max(outcome.get(path, "known"), result, key=_gravity)
    return outcome


def lines(pieces: Iterable[Piece], outcome: dict[str, Refusal | Result]) -> list[Line]:
    """The pieces of a file in order, each with what became of it."""
    found = []
    for number, piece in enumerate(pieces, start=1):
        result = outcome[piece.path]
        if isinstance(result, Refusal):
            found.append(Line(number=number, result="refused", text=piece.text, field=piece.path, refusal=result))
        else:
            found.append(Line(number=number, result=result, text=piece.text, field=piece.path))
    return found


def _gravity(result: "Refusal | Result") -> int:
    return {"known": 0, "accepted": 1}.get(result, 2) if isinstance(result, str) else 2


async def _bring(
    work: ImportWork, system: str, statement: Statement, made: dict[Ref, UUID], organisation_of_siret: Locate
) -> tuple[Result, UUID]:
    values = _checked(statement, made)
    repository = work.of(statement.kind)
    known = await repository.locate(system, statement.external_id)
    if known is not None:
        before = await repository.lock(known)
        if statement.kind not in STATED:
            after = await replace(work, before, None, values)
            return ("known" if after == before else "accepted"), known
        if any(getattr(before, name) != value for name, value in values.items() if name not in WHERE):
            raise FigureAlreadyStated(field="value")
        return "known", known
    if statement.kind is Organisation and values.get("siret") is not None:
        known = await organisation_of_siret(values["siret"])
    if known is None:
        known = (await _made(work, statement.kind, values)).id
    await repository.name(system, statement.external_id, known)
    return "accepted", known


async def _made(work: ImportWork, kind: type[Entity], values: dict[str, Any]) -> Entity:
    """Create a record as the API does."""
    if kind is EditionFigure:
        return await state_figure(work, values["edition_id"], {k: v for k, v in values.items() if k != "edition_id"})
    if kind is ProgrammeFigure:
        return await state_programme_figure(work, values)
    return await record(work, kind, values)


def _checked(statement: Statement, made: dict[Ref, UUID]) -> dict[str, Any]:
    """The values with their references resolved, held against the formats that a request must keep."""

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(item) for item in value]
        if isinstance(value, Ref):
            if value not in made:
                raise ImportReferenceRefused(name=value.external_id)
            return made[value]
        return value

    values = {name: resolved(value) for name, value in statement.values.items()}
    managed = {name: value for name, value in values.items() if name in statement.kind.managed}
    try:
        content = msgspec.convert({k: v for k, v in values.items() if k not in managed}, incoming(statement.kind))
    except msgspec.ValidationError as error:
        raise ImportValueUnusable(reason=str(error)) from None
    return managed | {name: getattr(content, name) for name in values if name not in managed}

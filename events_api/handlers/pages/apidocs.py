"""The documentation of the API as a page of ours, drawn from the OpenAPI file that the server publishes."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final, NamedTuple

from litestar import Controller, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.information import home_trail
from events_api.text.interface import text

OPENAPI_URL: Final = "/api/v1/openapi.json"
_PROBLEM: Final = "application/problem+json"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_AND_OR: Final = {"oneOf": Markup(" or "), "anyOf": Markup(" or "), "allOf": Markup(" and ")}
_BOUNDS: Final = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "length ≥ {}",
    "maxLength": "length ≤ {}",
    "pattern": "matches {}",
}


class Field(NamedTuple):
    """One parameter of an operation or one field of a structure."""

    name: str
    place: str
    type: Markup
    required: bool
    description: str


class Answer(NamedTuple):
    """One answer of an operation."""

    status: str
    description: str
    type: Markup


class Operation(NamedTuple):
    """One method of one path; `errors` are the statuses that answer a problem document."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: Markup | None
    answers: tuple[Answer, ...]
    errors: tuple[Answer, ...]
    tag: str


class Structure(NamedTuple):
    """One named schema: its fields, or what values it takes."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    type: Markup


class ApiDocsController(Controller):
    """The pages of the API's documentation: what there is, then one page for each tag."""

    @get("/api/v1/docs")
    async def index(self, request: AnyRequest) -> Template:
        """List the operations by tag."""
        language = language_of(request)
        tags = _by_tag(request.app.openapi_schema.to_schema())
        errors = {error.status: error for _, operations in tags for one in operations for error in one.errors}
        return page(
            request,
            "api_docs.html",
            title=text("api.title", language),
            trail=home_trail(language),
            tags=tags,
            errors=[errors[status] for status in sorted(errors)],
            openapi_url=OPENAPI_URL,
        )

    @get("/api/v1/docs/{tag:str}")
    async def tag(self, request: AnyRequest, tag: FromPath[str]) -> Template:
        """Describe the operations of a tag and the structures they use."""
        language = language_of(request)
        document = request.app.openapi_schema.to_schema()
        operations = dict(_by_tag(document)).get(tag)
        if operations is None:
            raise NotFoundException
        return page(
            request,
            "api_tag.html",
            title=tag,
            trail=home_trail(language, Crumb(text("api.title", language), "/api/v1/docs")),
            operations=operations,
            structures=tuple(_structures(document, _used(document, tag))),
        )


def _by_tag(document: Mapping[str, Any]) -> list[tuple[str, list[Operation]]]:
    operations = sorted(_operations(document), key=lambda operation: operation.tag)
    return [(tag, list(members)) for tag, members in groupby(operations, key=lambda operation: operation.tag)]


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield _operation(path, method, item[method])


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    body = operation.get("requestBody")
    answers = [
        (Answer(status, answer.get("description", ""), _content(answer)), _PROBLEM in answer.get("content", {}))
        for status, answer in sorted(operation.get("responses", {}).items())
    ]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", operation["operationId"]),
        description=operation.get("description", ""),
        parameters=tuple(
            Field(
                parameter["name"],
                parameter["in"],
                _type(parameter.get("schema", {})),
                parameter.get("required", False),
                parameter.get("description") or parameter.get("schema", {}).get("description", ""),
            )
            for parameter in operation.get("parameters", ())
        ),
        body=_content(body) if body else None,
        answers=tuple(answer for answer, is_problem in answers if not is_problem),
        errors=tuple(answer for answer, is_problem in answers if is_problem),
        tag=next(iter(operation.get("tags", ())), "other"),
    )


def _used(document: Mapping[str, Any], tag: str) -> set[str]:
    """The names of the structures that the operations of a tag use, and those that these use."""
    schemas = document.get("components", {}).get("schemas", {})
    operations = [
        item[method]
        for item in document.get("paths", {}).values()
        for method in _METHODS
        if method in item and next(iter(item[method].get("tags", ())), "other") == tag
    ]
    found: set[str] = set()
    waiting = list(_references(operations))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas.get(name, {}))
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _structures(document: Mapping[str, Any], names: set[str]) -> Iterator[Structure]:
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        if name not in names:
            continue
        required = schema.get("required", ())
        fields = tuple(
            Field(field, "", _type(of), field in required, of.get("description", ""))
            for field, of in schema.get("properties", {}).items()
        )
        yield Structure(
            name, _short(name), schema.get("description", ""), fields, Markup("") if fields else _type(schema)
        )


def _content(holder: Mapping[str, Any]) -> Markup:
    return Markup(", ").join(
        Markup("{} <code>{}</code>").format(_type(of.get("schema", {})), media_type)
        for media_type, of in holder.get("content", {}).items()
    )


def _type(schema: Mapping[str, Any]) -> Markup:
    """Write a schema in a few words, with a link to each named structure."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{}">{}</a>').format(name, _short(name))
    for union in _AND_OR:
        if union in schema:
            return _AND_OR[union].join(_type(part) for part in schema[union])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return Markup(" | ").join(Markup("<code>{}</code>").format(_literal(value)) for value in values)
    kind = schema.get("type", "any")
    if kind == "array":
        return Markup("list of {}").format(_type(schema.get("items", {})))
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    extras = [schema["format"]] if "format" in schema else []
    extras += [words.format(schema[bound]) for bound, words in _BOUNDS.items() if bound in schema]
    return Markup.escape(f"{words} ({', '.join(extras)})" if extras else words)


def _short(name: str) -> str:
    """Write the name of a generic structure without its module: « Page of Event »."""
    return re.sub(r"_(?:\w+\.)*(\w+?)_$", r" of \1", name)


def _literal(value: object) -> str:
    return "null" if value is None else str(value)

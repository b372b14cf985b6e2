"""The OpenAPI document: closed request bodies, one title, the same file committed and served."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec
from litestar import Litestar, Request, Response, get
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import (
    Components,
    OpenAPI,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Schema,
    SecurityScheme,
)
from litestar.openapi.spec.enums import OpenAPIFormat
from litestar.typing import FieldDefinition

from events_api.domain.access import ACCESS
from events_api.handlers.answers import answer
from events_api.handlers.identity import SESSION_COOKIE

# The plugin is not exported by Litestar 2; tests/handlers/test_openapi.py fails when it moves.


class ClosedStructs(StructSchemaPlugin):
    """Says in the document what msgspec does: unknown fields are refused, and every value has its limits.

    Litestar loses limits of zero, and those of a type that is one of several; msgspec's own schema has them all.
    """

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)  # type: ignore[arg-type]
        kind = field_definition.type_
        config = getattr(kind, "__struct_config__", None)
        if config is None or schema.properties is None:
            return schema
        if config.forbid_unknown_fields:
            schema.additional_properties = False
        for field in msgspec.structs.fields(kind):
            exact = _exact(field.type)
            said = schema.properties.get(field.encode_name)
            if exact is not None and isinstance(said, Schema):
                exact.default, exact.examples = said.default, said.examples
                schema.properties = {**schema.properties, field.encode_name: exact}
        return schema


def _exact(kind: Any, *, without_null: bool = False) -> Schema | None:
    """The schema that msgspec gives a type; None where it refers to others, which Litestar names in its own way."""
    try:
        said = msgspec.json.schema(kind)
    except TypeError:
        return None
    if "$ref" in str(said):
        return None
    if without_null:
        rest = [each for each in said.get("anyOf", ()) if each != {"type": "null"}]
        said = rest[0] if len(rest) == 1 else said
        if None in said.get("enum", ()):
            said = said | {"enum": [value for value in said["enum"] if value is not None]}
    schema = _schema(said)
    if dt.datetime in (kind, *get_args(kind)):  # msgspec leaves the format out where it allows naive times, too
        for each in (schema, *(schema.any_of or ())):
            if isinstance(each, Schema) and each.type is OpenAPIType.STRING:
                each.format = OpenAPIFormat.DATE_TIME
    return schema


def _schema(said: Mapping[str, Any]) -> Schema:
    """The same schema as an object of the document."""
    schema = Schema()
    for name, value in said.items():
        field = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
        if not hasattr(schema, field):
            raise TypeError(f"no field of a schema for {name}")
        if name == "anyOf":
            schema.any_of = [_schema(each) for each in value]
        elif name == "type":
            schema.type = OpenAPIType(value)
        elif name == "pattern":
            schema.pattern = _ecma(value)
        elif isinstance(value, dict) and name != "default":
            setattr(schema, field, _schema(value))
        else:
            setattr(schema, field, value)
    return schema


def _ecma(pattern: str) -> str:
    r"""The same pattern in the dialect of JSON Schema, where $ is what \Z is in Python."""
    return pattern.removesuffix(r"\Z") + "$" if pattern.endswith(r"\Z") else pattern


@get("/openapi.json", operation_id="readOpenApi", summary="This document", tags=["platform"])
async def read_openapi(request: Request[Any, Any, Any]) -> Response[Any]:
    """The OpenAPI document of this release."""
    return answer(request, request.app.openapi_schema.to_schema(), cache="public, max-age=300")


IF_MATCH: Final = Parameter(
    name="If-Match",
    param_in="header",
    required=True,
    description="The entity tag of the version that the change starts from, or *.",
    schema=Schema(type=OpenAPIType.STRING, pattern=r'^([*]|(W/)?"[0-9]{1,9}(-[^"]*)?")$', examples=['"1"']),
)
IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    param_in="header",
    required=False,
    description="The same key gets the same answer again, and one effect; kept for 24 hours.",
    schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=255, pattern="^[!-~]+$"),
)
IF_NONE_MATCH: Final = Parameter(
    name="If-None-Match",
    param_in="header",
    required=False,
    description="Entity tags that the reader has: 304 when nothing changed. What is no tag is never matched.",
    schema=Schema(type=OpenAPIType.STRING),
)


def say_what_holds(app: Litestar) -> None:
    """Complete the document: conditional headers, 304, answers without a body, exact parameters, who needs a token."""
    handlers: dict[str, HTTPRouteHandler] = {
        handler.operation_id: handler
        for route in app.routes
        if route.path.startswith("/api/")
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and isinstance(handler.operation_id, str)
    }
    document: OpenAPI = app.openapi_schema
    for path in (document.paths or {}).values():
        for operation, header in (
            (path.get, IF_NONE_MATCH),
            (path.post, IDEMPOTENCY_KEY),
            (path.put, None),
            (path.patch, IF_MATCH),
            (path.delete, IF_MATCH),
        ):
            if operation is not None:
                _complete(operation, header, handlers[str(operation.operation_id)])


def _complete(operation: Operation, header: Parameter | None, handler: HTTPRouteHandler) -> None:
    responses = operation.responses = operation.responses or {}
    parameters = list(operation.parameters or ())
    for parameter in parameters:
        if not isinstance(parameter, Parameter):
            continue
        definition = handler.parsed_fn_signature.parameters.get(parameter.name)
        if definition is not None and definition.is_optional:
            parameter.schema = _exact(definition.annotation, without_null=True) or parameter.schema
        if isinstance(parameter.schema, Schema) and parameter.schema.pattern is not None:
            parameter.schema.pattern = _ecma(parameter.schema.pattern)
    told_by = {IF_MATCH.name: "428", IDEMPOTENCY_KEY.name: "409"}  # what keeps nothing needs no key
    if header is not None and told_by.get(header.name, "200") in {*responses, "200"}:
        parameters.append(header)
    if header is IDEMPOTENCY_KEY and "412" in responses:
        parameters.append(dataclasses.replace(IF_MATCH, required=False))
    operation.parameters = parameters or None
    if header is IF_NONE_MATCH:
        responses["304"] = OpenAPIResponse(description="Nothing changed since the version of If-None-Match.")
    if "204" in responses and isinstance(nothing := responses["204"], OpenAPIResponse):
        nothing.content = None
    if "anonymous" not in ACCESS.get(str(operation.operation_id), {"anonymous": "public"}):
        operation.security = [{"token": []}, {"session": []}]


def document(version: str) -> OpenAPIConfig:
    """The settings of the document."""
    return OpenAPIConfig(
        title="Événements métropolitains — API",
        version=version,
        description="Events, attendance and subsidies of the Métropole Aix-Marseille-Provence. Errors are "
        "application/problem+json (RFC 9457). Lists are paged by opaque cursors. Changes need If-Match.",
        path="/openapi",  # Litestar adds a page of its own for unknown paths below it: keep it off the API
        render_plugins=[],
        security=[{"token": []}, {"session": []}, {}],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="An opaque token (evt_…)."),
                "session": SecurityScheme(
                    type="apiKey", security_scheme_in="cookie", name=SESSION_COOKIE, description="A login of a person."
                ),
            }
        ),
    )

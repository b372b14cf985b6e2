"""The OpenAPI document: closed request bodies, one title, the same file committed and served."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, OpenAPI, OpenAPIType, Parameter, Schema, SecurityScheme
from litestar.typing import FieldDefinition

from events_api.handlers.answers import answer

# The plugin is not exported by Litestar 2; tests/handlers/test_openapi.py fails when it moves.


class ClosedStructs(StructSchemaPlugin):
    """Says in the document what msgspec does: unknown fields are refused."""

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)  # type: ignore[arg-type]
        config = getattr(field_definition.type_, "__struct_config__", None)
        if config is not None and config.forbid_unknown_fields:
            schema.additional_properties = False
        return schema


@get("/openapi.json", operation_id="readOpenApi", summary="This document", tags=["platform"])
async def read_openapi(request: Request[Any, Any, Any]) -> Response[Any]:
    """The OpenAPI document of this release."""
    return answer(request, request.app.openapi_schema.to_schema(), cache="public, max-age=300")


IF_MATCH: Final = Parameter(
    name="If-Match",
    param_in="header",
    required=True,
    description="The entity tag of the version that the change starts from, or *.",
    schema=Schema(type=OpenAPIType.STRING, pattern=r'^(\\*|"[0-9]{1,9}")$', examples=['"1"']),
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
    description="Entity tags that the reader has: 304 when nothing changed.",
    schema=Schema(type=OpenAPIType.STRING, pattern='^("[!#-~]*"|[*])$'),
)


def say_headers(schema: OpenAPI) -> None:
    """Add to every operation the conditional headers that the answers of this API understand."""
    for path in (schema.paths or {}).values():
        for operation, header in (
            (path.get, IF_NONE_MATCH),
            (path.post, IDEMPOTENCY_KEY),
            (path.patch, IF_MATCH),
            (path.delete, IF_MATCH),
        ):
            changes = header is not IF_MATCH or (operation is not None and "428" in (operation.responses or {}))
            if operation is not None and changes:
                operation.parameters = [*(operation.parameters or []), header]


def document(version: str) -> OpenAPIConfig:
    """The settings of the document."""
    return OpenAPIConfig(
        title="Événements métropolitains — API",
        version=version,
        description="Events, attendance and subsidies of the Métropole Aix-Marseille-Provence. Errors are "
        "application/problem+json (RFC 9457). Lists are paged by opaque cursors. Changes need If-Match.",
        path="/openapi",  # Litestar adds a page of its own for unknown paths below it: keep it off the API
        render_plugins=[],
        security=[{"token": []}, {}],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="An opaque token (evt_…)."),
            }
        ),
    )

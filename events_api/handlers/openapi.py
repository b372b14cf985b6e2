"""The OpenAPI document: closed request bodies, one title, the same file committed and served."""

from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.openapi.spec import Schema
from litestar.typing import FieldDefinition

# The plugin is not exported by Litestar 2; tests/handlers/test_openapi.py fails when it moves.


class ClosedStructs(StructSchemaPlugin):
    """Says in the document what msgspec does: unknown fields are refused."""

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)  # type: ignore[arg-type]
        config = getattr(field_definition.type_, "__struct_config__", None)
        if config is not None and config.forbid_unknown_fields:
            schema.additional_properties = False
        return schema


def document(version: str) -> OpenAPIConfig:
    """The settings of the document."""
    return OpenAPIConfig(
        title="Événements métropolitains — API",
        version=version,
        description="Events, attendance and subsidies of the Métropole Aix-Marseille-Provence. Errors are "
        "application/problem+json (RFC 9457). Lists are paged by opaque cursors. Changes need If-Match.",
        path="/api/v1",
        render_plugins=[],
        security=[{"token": []}, {}],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="An opaque token (evt_…)."),
            }
        ),
    )

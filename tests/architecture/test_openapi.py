"""The OpenAPI file: committed as the program makes it, and complete."""

from typing import Any

import msgspec

from events_api.commands.openapi import FILE, document
from events_api.domain.access import ACCESS

DOCUMENT: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation | {"path": path, "method": method}
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_committed_file_is_what_the_program_makes() -> None:
    assert FILE.read_bytes() == document(), "the API changed: run `make openapi` and read the difference"


def test_every_operation_has_its_row_in_the_access_table_and_every_row_its_operation() -> None:
    assert set(OPERATIONS) == set(ACCESS)


def test_every_operation_has_a_tag_a_summary_and_its_problems() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["tags"], name
        assert operation["summary"], name
        problems = {
            status
            for status, answer in operation["responses"].items()
            if "application/problem+json" in answer.get("content", {})
        }
        assert {"400", "401", "403", "503"} <= problems or name == "readOpenApi", name


def test_every_request_body_is_closed_and_has_an_example() -> None:
    for name, operation in OPERATIONS.items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        schema = content["schema"]
        one = next(iter(schema.get("oneOf", [])), schema)  # one of them, or several in an array
        reference = one.get("$ref") or schema["allOf"][0]["$ref"]
        body = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
        assert body.get("additionalProperties") is False, name
        assert schema.get("examples"), name

"""Every operation of the OpenAPI document, with everybody, against the access table."""

from collections.abc import Callable

import pytest

from events_api.domain.access import ACCESS
from tests.access.world import CALLERS, OK, OPERATIONS, World


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_an_operation_does_what_the_table_says_for_everybody(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    operation, cells, wrong = OPERATIONS[name], 0, []

    for caller in CALLERS:
        async for case in world.cases(operation, caller):
            answer = await world.ask(operation, case)
            cells += 1
            leaked = [mark.text for mark in world.markers if mark.text in answer.text and not mark.may_reach(caller)]
            if answer.status_code not in case.expected or leaked:
                wanted = "2xx" if case.expected is OK else " or ".join(map(str, sorted(case.expected)))
                wrong.append(f"{caller.name}: {answer.status_code} for {wanted}, leaks {leaked}: {answer.text[:300]}")
            elif answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"

    record_property("access_cells", cells)
    assert wrong == []


def test_the_table_and_the_document_name_the_same_operations() -> None:
    assert set(OPERATIONS) == set(ACCESS)


async def test_what_was_refused_changed_nothing(world: World) -> None:
    for (kind, _), before in world._shared.items():
        operation = OPERATIONS.get("readToken" if kind == "ApiToken" else f"read{kind}")
        if operation is None or "version" not in before:
            continue
        answer = await world.client.get(
            operation.path.replace("{" + operation.parameters[0] + "}", before["id"]), headers=world.administrator
        )
        changed = 1 if kind == "AttendanceReport" else 0
        assert answer.json()["version"] == before["version"] + changed, kind


async def test_no_page_and_no_feed_tells_what_is_not_published(world: World) -> None:
    told, asked = [], 0
    outsiders = [caller for caller in CALLERS if caller.name in ("anonymous", "person without a role")]

    for route in sorted({route.path for route in world.app.routes}):
        if route.startswith(("/api/", "/openapi")) or "{" in route:
            continue
        for caller in outsiders:
            headers, _ = await world._headers(caller)
            answer = await world.client.get(route, headers=headers)
            world.client.cookies.clear()
            asked += answer.status_code == 200
            told += [
                (route, caller.name, mark.text)
                for mark in world.markers
                if mark.text in answer.text and not mark.may_reach(caller)
            ]

    assert told == []
    assert asked > 0

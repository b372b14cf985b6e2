"""Subsidies from the request to the closing, calls, envelopes and funding plans."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, forget_jobs, made, problem, publish, waiting_refreshes

DECISION = {"granted_cents": 100_00, "decided_on": "2024-03-20", "deliberation": "CULT-012-2024"}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


async def a_subsidy(scene: Scene, **values: Any) -> dict[str, Any]:
    body = {
        "organisation_id": scene.organisation,
        "title": "Soutien à l'édition 2024",
        "requested_cents": 100_00,
        "years": [{"year": 2024, "amount_cents": 100_00}],
        "allocations": [{"edition_id": scene.edition["id"], "amount_cents": 60_00}],
    }
    return await made(scene.organiser, "/api/v1/subsidies", **body | values)


async def a_decided_subsidy(scene: Scene, **values: Any) -> str:
    """The address of a subsidy of one hundred euros."""
    url = f"/api/v1/subsidies/{(await a_subsidy(scene, **values))['id']}"
    await scene.officer.post(f"{url}/instruct")
    decided = await scene.officer.post(f"{url}/decisions", json=DECISION)
    assert decided.status_code == 201, decided.text
    return url


async def test_a_request_comes_back_with_its_years_and_allocations(scene: Scene) -> None:
    subsidy = await a_subsidy(scene, years=[{"year": 2025, "amount_cents": 40_00}, {"year": 2024}])

    assert subsidy == {
        "id": subsidy["id"],
        "version": 1,
        "created_at": subsidy["created_at"],
        "updated_at": subsidy["created_at"],
        "retired_at": None,
        "organisation_id": scene.organisation,
        "title": "Soutien à l'édition 2024",
        "nature": "cash",
        "requested_cents": 100_00,
        "years": [{"year": 2024, "amount_cents": None}, {"year": 2025, "amount_cents": 40_00}],
        "allocations": [{"edition_id": scene.edition["id"], "amount_cents": 60_00}],
        "call_id": None,
        "envelope_id": None,
        "funder_id": None,
        "state": "requested",
        "granted_cents": None,
        "paid_cents": 0,
        "decided_on": None,
        "deliberation": None,
        "decision_reason": None,
        "agreement_on": None,
        "agreement_reference": None,
        "reported_on": None,
        "closed_on": None,
        "printed_status": None,
        "source_document": None,
        "simulated": False,
        "left_cents": None,
        "report_due_on": "2026-06-30",
    }
    assert (await scene.officer.get(f"/api/v1/subsidies/{subsidy['id']}")).json() == subsidy
    for filters in (
        {"organisation": scene.organisation},
        {"edition": scene.edition["id"], "year": 2025, "subsidy_state": "requested"},
    ):
        listed = await scene.officer.get("/api/v1/subsidies", params=filters)
        assert listed.json() == {"items": [subsidy], "next": None}
    other = await scene.officer.get("/api/v1/subsidies", params={"organisation": scene.organisation, "year": 2023})
    assert other.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"years": []}, (400, "malformed-field", "years")),
        ({"years": [{"year": 2024}, {"year": 2024}]}, (422, "twice-in-list", "years")),
        ({"years": [{"year": 2024, "amount_cents": 100_01}]}, (422, "shares-exceed-amount", "years")),
        ({"allocations": [{"edition_id": str(uuid4())}]}, (422, "unknown-reference", "allocations")),
        ({"envelope_id": str(uuid4())}, (403, "field-not-yours", "envelope_id")),
        ({"requested_cents": -1}, (400, "malformed-field", "requested_cents")),
        ({"requested_cents": 10.5}, (400, "malformed-field", "requested_cents")),
        ({"granted_cents": 1}, (400, "malformed-field", "granted_cents")),
        ({"organisation_id": str(uuid4())}, (403, "not-yours", None)),
    ],
)
async def test_a_request_that_breaks_a_rule_is_refused(
    scene: Scene, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    body = {"organisation_id": scene.organisation, "title": "x", "requested_cents": 100_00, "years": [{"year": 2024}]}

    assert problem(await scene.organiser.post("/api/v1/subsidies", json=body | change)) == expected


async def test_a_subsidy_goes_from_the_request_to_the_closing(scene: Scene) -> None:
    subsidy = await a_subsidy(scene)
    url = f"/api/v1/subsidies/{subsidy['id']}"
    changed = await scene.organiser.patch(url, json={"title": "Édition 2024"}, headers={"If-Match": '"1"'})
    assert (changed.json()["title"], changed.json()["version"]) == ("Édition 2024", 2)
    await scene.officer.post(f"{url}/instruct", headers={"If-Match": '"2"'})
    closed = await scene.organiser.patch(url, json={"title": "x"}, headers={"If-Match": "*"})
    assert problem(closed) == (409, "request-closed", None)

    decision = await scene.officer.post(
        f"{url}/decisions",
        json=DECISION
        | {"granted_cents": 80_00, "reason": "Enveloppe réduite.", "years": [{"year": 2024, "amount_cents": 80_00}]},
    )

    content = decision.json()["content"]
    assert content == {
        "subsidy_id": subsidy["id"],
        "organisation_id": scene.organisation,
        "requested_cents": 100_00,
        "granted_cents": 80_00,
        "refused": False,
        "decided_on": "2024-03-20",
        "deliberation": "CULT-012-2024",
        "reason": "Enveloppe réduite.",
        "years": [{"year": 2024, "amount_cents": 80_00}],
        "allocations": subsidy["allocations"],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert decision.json()["content_hash"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert (await scene.organiser.get(f"{url}/decisions")).json() == [decision.json()]
    signed = await scene.officer.post(f"{url}/agreement", json={"signed_on": "2024-04-15", "reference": "2024-0412"})
    assert (signed.json()["state"], signed.json()["agreement_on"]) == ("agreement", "2024-04-15")
    payment = await scene.officer.post(f"{url}/payments", json={"amount_cents": 50_00, "paid_on": "2024-05-02"})
    assert (payment.status_code, payment.json()["number"], payment.json()["amount_cents"]) == (201, 1, 50_00)
    assert (await scene.organiser.get(f"{url}/payments")).json() == [payment.json()]
    paying = (await scene.organiser.get(url)).json()
    assert (paying["state"], paying["paid_cents"], paying["left_cents"]) == ("paying", 50_00, 30_00)
    reported = await scene.organiser.post(f"{url}/report", json={"reported_on": "2025-05-30"})
    assert (reported.json()["state"], reported.json()["reported_on"]) == ("reported", "2025-05-30")
    balance = await scene.officer.post(f"{url}/payments", json={"amount_cents": 30_00, "paid_on": "2025-06-15"})
    assert balance.json()["number"] == 2
    end = (await scene.officer.post(f"{url}/close", json={"closed_on": "2025-06-30"})).json()
    assert (end["state"], end["left_cents"], end["closed_on"]) == ("closed", 0, "2025-06-30")
    late = await scene.officer.post(f"{url}/payments", json={"amount_cents": 1, "paid_on": "2025-07-01"})
    assert problem(late) == (409, "subsidy-step-impossible", None)


async def test_two_clerks_cannot_both_spend_the_last_euro(scene: Scene) -> None:
    url = await a_decided_subsidy(scene)
    await scene.officer.post(f"{url}/payments", json={"amount_cents": 99_00, "paid_on": "2024-05-02"})
    payment = {"amount_cents": 1_00, "paid_on": "2024-06-01"}

    answers = await asyncio.gather(*(scene.officer.post(f"{url}/payments", json=payment) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert problem(refused) == (409, "overpayment", "amount_cents")
    assert refused.json()["detail"] == "1,00\N{NO-BREAK SPACE}€ demandés, il reste 0,00\N{NO-BREAK SPACE}€."
    assert (await scene.officer.get(url)).json()["paid_cents"] == 100_00


async def test_a_payment_that_says_from_which_version_it_starts_is_made_once(scene: Scene) -> None:
    url = await a_decided_subsidy(scene)
    headers = {"If-Match": (await scene.officer.get(url)).headers["etag"]}
    payment = {"amount_cents": 1_00, "paid_on": "2024-06-01"}

    answers = await asyncio.gather(
        *(scene.officer.post(f"{url}/payments", json=payment, headers=headers) for _ in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    assert (await scene.officer.get(url)).json()["paid_cents"] == 1_00


async def test_the_database_too_refuses_to_pay_more_than_granted(scene: Scene, pool: asyncpg.Pool) -> None:
    url = await a_decided_subsidy(scene)
    identifier = UUID(url.rpartition("/")[2])

    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("update subsidy set paid_cents = 10001 where public_id = $1", identifier)
    for statement in ("update subsidy_decision set granted_cents = 1", "delete from subsidy_payment"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_the_same_payment_sent_twice_is_paid_once(scene: Scene) -> None:
    url = await a_decided_subsidy(scene)
    payment = {"amount_cents": 10_00, "paid_on": "2024-06-01"}
    key = {"Idempotency-Key": str(uuid4())}

    first = await scene.officer.post(f"{url}/payments", json=payment, headers=key)
    second = await scene.officer.post(f"{url}/payments", json=payment, headers=key)

    assert second.json() == first.json()
    assert (await scene.officer.get(f"{url}/payments")).json() == [first.json()]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"granted_cents": 90_00}, (422, "reason-missing", "reason")),
        ({"granted_cents": 0, "refused": True}, (422, "reason-missing", "reason")),
        ({"refused": True, "reason": "Hors sujet."}, (422, "refused-with-amount", "granted_cents")),
        ({"granted_cents": 50_00, "reason": "x"}, (422, "shares-exceed-amount", "years")),
        ({"deliberation": ""}, (400, "malformed-field", "deliberation")),
    ],
)
async def test_a_decision_that_breaks_a_rule_is_refused(
    scene: Scene, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    url = f"/api/v1/subsidies/{(await a_subsidy(scene))['id']}"
    early = await scene.officer.post(f"{url}/decisions", json=DECISION)
    assert problem(early) == (409, "subsidy-step-impossible", None)
    await scene.officer.post(f"{url}/instruct")

    assert problem(await scene.officer.post(f"{url}/decisions", json=DECISION | change)) == expected
    assert (await scene.officer.get(url)).json()["state"] == "instructed"


async def test_a_refusal_grants_nothing_and_a_later_decision_may_grant(scene: Scene) -> None:
    url = f"/api/v1/subsidies/{(await a_subsidy(scene))['id']}"
    await scene.officer.post(f"{url}/instruct")
    refusal = DECISION | {"granted_cents": 0, "refused": True, "reason": "Dossier incomplet."}

    await scene.officer.post(f"{url}/decisions", json=refusal)
    refused = (await scene.officer.get(url)).json()
    await scene.officer.post(f"{url}/decisions", json=DECISION)

    assert (refused["state"], refused["granted_cents"]) == ("refused", 0)
    assert (await scene.officer.get(url)).json()["state"] == "decided"
    history = (await scene.officer.get(f"{url}/decisions")).json()
    assert [(item["number"], item["content"]["refused"]) for item in history] == [(1, True), (2, False)]


async def test_a_decision_does_not_go_below_what_was_paid(scene: Scene) -> None:
    url = await a_decided_subsidy(scene, years=[{"year": 2024}], allocations=[])
    await scene.officer.post(f"{url}/payments", json={"amount_cents": 70_00, "paid_on": "2024-05-02"})

    lower = await scene.officer.post(f"{url}/decisions", json=DECISION | {"granted_cents": 69_00, "reason": "x"})

    assert problem(lower) == (409, "less-than-paid", "granted_cents")
    early = await scene.officer.post(f"{url}/payments", json={"amount_cents": 1_00, "paid_on": "2024-03-19"})
    assert problem(early) == (422, "payment-before-decision", "paid_on")


async def test_a_request_is_withdrawn_by_its_organisation_before_the_decision(scene: Scene) -> None:
    subsidy = await a_subsidy(scene)
    url = f"/api/v1/subsidies/{subsidy['id']}"

    assert problem(await scene.stranger.post(f"{url}/withdraw")) == (403, "not-yours", None)
    assert (await scene.organiser.post(f"{url}/withdraw")).json()["state"] == "withdrawn"
    assert problem(await scene.officer.post(f"{url}/instruct")) == (409, "subsidy-step-impossible", None)
    assert problem(await scene.organiser.delete(url, headers={"If-Match": "*"})) == (403, "not-allowed", None)
    assert (await scene.officer.delete(url, headers={"If-Match": "*"})).json()["retired_at"] is not None


async def test_subsidies_are_seen_by_their_organisation_and_the_staff_alone(scene: Scene, speak: Speak) -> None:
    url = await a_decided_subsidy(scene)
    await publish(speak, scene.edition["id"])

    for end in ("", "/decisions", "/payments"):
        assert problem(await scene.stranger.get(url + end)) == (404, "not-found", None)
        assert problem(await (await speak(None)).get(url + end)) == (401, "login-required", None)
        assert problem(await (await speak("communication")).get(url + end)) == (403, "not-allowed", None)
        for role in ("elected", "auditor"):
            assert (await (await speak(role)).get(url + end)).status_code == 200
    assert (await scene.stranger.get("/api/v1/subsidies")).json() == {"items": [], "next": None}
    synced = await scene.stranger.get("/api/v1/subsidies?updated_since=2020-01-01T00:00:00Z")
    assert synced.json()["items"] == []
    for end, body in (
        ("instruct", None),
        ("decisions", DECISION),
        ("payments", {"amount_cents": 1, "paid_on": "2024-05-01"}),
    ):
        for client in (scene.organiser, await speak("auditor")):
            assert problem(await client.post(f"{url}/{end}", json=body)) == (403, "not-allowed", None)
    seen = (await scene.stranger.get("/api/v1/organisations")).text + (await scene.stranger.get("/api/v1/events")).text
    assert "CULT-012-2024" not in seen


async def test_an_envelope_shows_what_was_committed_from_it(scene: Scene) -> None:
    envelope = await made(
        scene.officer, "/api/v1/envelopes", name=f"Grands événements {uuid4()}", year=2024, amount_cents=150_00
    )
    url = f"/api/v1/envelopes/{envelope['id']}"
    before = await scene.officer.get(url)
    assert (envelope["committed_cents"], envelope["left_cents"]) == (0, 150_00)

    for _ in range(2):
        subsidy = await a_decided_subsidy(scene)
        moved = await scene.officer.patch(subsidy, json={"envelope_id": envelope["id"]}, headers={"If-Match": "*"})
        assert moved.status_code == 200, moved.text

    after = await scene.officer.get(url, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["committed_cents"], after.json()["left_cents"]) == (200, 200_00, -50_00)
    renamed = await scene.officer.patch(url, json={"amount_cents": 200_00}, headers={"If-Match": after.headers["etag"]})
    assert (renamed.json()["left_cents"], renamed.json()["version"]) == (0, 2)
    assert problem(await scene.organiser.get(url)) == (403, "not-allowed", None)


async def test_a_call_is_public_with_its_weights(scene: Scene, speak: Speak) -> None:
    call = await made(
        scene.officer,
        "/api/v1/calls",
        title_fr=f"Appel {uuid4()}",
        opens_on="2031-10-01",
        closes_on="2031-12-15",
        weights=[{"criterion": "reach", "weight_bp": 6000}, {"criterion": "attendance", "weight_bp": 4000}],
    )
    nobody = await speak(None)

    assert (await nobody.get(f"/api/v1/calls/{call['id']}")).json() == call
    assert (await nobody.get("/api/v1/calls", params={"open_on": "2031-11-01"})).json()["items"] == [call]
    assert (await nobody.get("/api/v1/calls", params={"open_on": "2031-12-16"})).json()["items"] == []
    reversed_dates = {"title_fr": "x", "opens_on": "2031-10-02", "closes_on": "2031-10-01"}
    refused = await scene.officer.post("/api/v1/calls", json=reversed_dates)
    assert problem(refused) == (422, "closes-before-opening", "closes_on")
    heavy = await scene.officer.post(
        "/api/v1/calls",
        json={
            "title_fr": "x",
            "opens_on": "2031-10-02",
            "closes_on": "2031-10-03",
            "weights": [{"criterion": "a b", "weight_bp": 1}],
        },
    )
    assert problem(heavy)[:2] == (400, "malformed-field")


async def test_the_funding_plan_of_an_edition_is_its_organisers(scene: Scene, speak: Speak) -> None:
    await publish(speak, scene.edition["id"])
    line = {"edition_id": scene.edition["id"], "label": "Billetterie", "source_kind": "ticketing", "amount_cents": 1}

    mine = await made(scene.organiser, "/api/v1/funding-lines", **line)

    path = f"/api/v1/funding-lines/{mine['id']}"
    listed = await scene.organiser.get("/api/v1/funding-lines", params={"edition": scene.edition["id"]})
    assert listed.json() == {"items": [mine], "next": None}
    assert problem(await scene.stranger.get(path)) == (404, "not-found", None)
    assert problem(await scene.stranger.post("/api/v1/funding-lines", json=line)) == (403, "not-yours", None)
    assert problem(await scene.stranger.patch(path, json={"amount_cents": 2}, headers={"If-Match": "*"}))[0] == 403
    changed = await scene.organiser.patch(path, json={"amount_cents": 2}, headers={"If-Match": '"1"'})
    assert changed.json()["amount_cents"] == 2


async def test_a_subsidy_asks_for_the_dashboards_of_its_years_and_editions(
    scene: Scene, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    await owner.execute("delete from dashboard")  # every year that has one is asked for, too
    await forget_jobs(pool)

    await a_subsidy(scene, years=[{"year": 2025}, {"year": 2026}])

    assert await waiting_refreshes(pool) == {f"edition:{scene.edition['id']}", "year:2024", "year:2025", "year:2026"}

"""What only a browser can show: forms without JavaScript, a job that moves on its page, the printed page."""

from typing import Literal
from uuid import UUID

import asyncpg
from httpx import AsyncClient
from playwright.async_api import Browser, expect

from tests.browser.inspection import opened
from tests.browser.world import sign_in
from tests.factories.impact import compute
from tests.factories.people import a_token


async def test_a_record_is_made_corrected_and_withdrawn_without_javascript(
    browser: Browser, platform: str, world: dict[str, str]
) -> None:
    async with opened(browser, java_script_enabled=False) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/places/new")
        await page.get_by_label("Nom").fill("Salle sans script")
        await page.get_by_label("Capacité").fill("mille")
        await page.get_by_role("button", name="Enregistrer").click()

        await expect(page.get_by_role("alert")).to_contain_text("Une réponse est à corriger")
        await expect(page.get_by_label("Nom")).to_have_value("Salle sans script")
        await page.get_by_label("Capacité").fill("1 000")
        await page.get_by_role("button", name="Enregistrer").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Salle sans script")
        await expect(page.get_by_label("Capacité")).to_have_value("1000")
        await page.get_by_role("button", name="Retirer").click()

        await expect(page.get_by_role("status")).to_have_text("Fiche retirée.")


async def test_a_job_moves_on_its_page_without_being_asked(
    browser: Browser, platform: str, world: dict[str, str], town_pool: asyncpg.Pool
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_administrator"])
        page = await context.new_page()
        await page.goto(f"{platform}/jobs/{world['moving_job']}")
        await expect(page.get_by_label("3 sur 10")).to_be_visible()

        await town_pool.execute(
            "update job set state = 'cancelled', done_units = 8, finished_at = now() where public_id = $1",
            world["moving_job"],
        )

        await expect(page.get_by_label("8 sur 10")).to_be_visible()
        await expect(page.locator("#job")).not_to_have_attribute("hx-get", f"/jobs/{world['moving_job']}")


async def test_the_control_room_follows_the_gates_and_says_when_it_cannot(
    browser: Browser, platform: str, world: dict[str, str], town_pool: asyncpg.Pool
) -> None:
    edition = UUID(world["uncounted"])
    token = await a_token(town_pool, "gate", edition=edition)
    await town_pool.execute(
        "insert into gate_settings (edition_id, public_id, known_only, authorised_capacity)"
        " select id, gen_random_uuid(), false, 10 from edition where public_id = $1",
        edition,
    )
    await town_pool.execute(
        "update edition set date_precision = 'year', starts_on = null, ends_on = null where public_id = $1", edition
    )
    async with opened(browser) as context, AsyncClient(headers={"Authorization": f"Bearer {token}"}) as gate:

        async def let_in(first: int, last: int) -> None:
            scans = [{"ticket_code": f"F{n}", "device": "d", "sequence": n, "gate": "Nord"} for n in range(first, last)]
            answer = await gate.post(f"{platform}/api/v1/editions/{edition}/scans", json=scans)
            assert answer.status_code == 200

        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.route("**/presence/stream", lambda route: route.abort())
        await page.route("**/presence", lambda route: route.abort())
        await page.goto(f"{platform}/manage/editions/{edition}/control-room")
        number, alert = page.locator("[data-number=inside]"), page.locator("#room-alert")
        await expect(number).to_have_text("0")

        await expect(page.locator("#room-fresh")).to_contain_text("Connexion perdue", timeout=15_000)
        await page.unroute("**/presence")
        await let_in(0, 9)
        await expect(number).to_have_text("9", timeout=15_000)
        await expect(alert).to_contain_text("90\u00a0%")

        await expect(page.locator("#room-fresh")).to_contain_text("À jour")

        async with page.expect_response("**/presence/stream"):
            await page.unroute("**/presence/stream")
        await let_in(9, 10)
        await expect(number).to_have_text("10", timeout=5_000)
        await expect(alert).to_contain_text("fermez les entrées")
        await expect(page.locator("#room-gates-table")).to_contain_text("Nord")


async def test_paper_gets_the_content_alone_on_white(browser: Browser, platform: str) -> None:
    async with opened(browser, color_scheme="dark") as context:
        page = await context.new_page()
        await page.goto(f"{platform}/tableau-de-bord/2024")
        await page.emulate_media(media="print")

        await expect(page.locator("#site-nav")).to_be_hidden()
        await expect(page.locator(".site-footer")).to_be_hidden()
        await expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
        await expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")


async def test_an_entry_becomes_an_assessment_and_its_page_by_keyboard_alone(
    browser: Browser, platform: str, world: dict[str, str], town_pool: asyncpg.Pool
) -> None:
    place = f"{platform}/manage/editions/{world['uncounted']}/impact"
    async with opened(browser, java_script_enabled=False) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()

        async def enter() -> None:
            async with page.expect_navigation():
                await page.keyboard.press("Enter")

        async def follow(name: str, role: Literal["link", "button"] = "link") -> None:
            await page.get_by_role("main").get_by_role(role, name=name, exact=True).first.focus()
            await enter()

        async def tab_to(name: str) -> None:
            for _ in range(300):
                await page.keyboard.press("Tab")
                if await page.evaluate("document.activeElement.name") == name:
                    return
            raise AssertionError(f"the keyboard does not reach {name}")

        await page.goto(place)
        await follow("Saisie pour l’impact")
        for field, typed in (
            ("raw_attendances", "9000"),
            ("impact_profile", "Festival urbain"),
            ("paid_nights", "deux"),
            ("budget_total", "100 000"),
            ("metropole_support", "20 000"),
        ):
            await tab_to(field)
            await page.keyboard.type(typed)
        await enter()
        await expect(page.get_by_role("alert")).to_contain_text("Une réponse est à corriger")
        await expect(page.locator("#budget_total")).to_have_value("100 000")
        await page.get_by_role("alert").get_by_role("link").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#paid_nights")).to_be_focused()
        await page.keyboard.press("Control+a")
        await page.keyboard.type("2,5")
        await enter()

        await expect(page.get_by_role("status")).to_have_text("La saisie est enregistrée.")
        await follow("Demander", "button")
        await expect(page.get_by_role("status")).to_contain_text("L’évaluation est demandée")
        await expect(page.get_by_role("main")).to_contain_text("En attente")
        asked_for = await town_pool.fetchval(
            "select a.public_id from impact_assessment a join edition e on e.id = a.edition_id where e.public_id = $1",
            UUID(world["uncounted"]),
        )
        await compute(town_pool, asked_for)
        await page.reload()
        await expect(page.get_by_role("main")).to_contain_text("Calculée")
        await follow("Évaluation 1")

        await expect(page.get_by_role("heading", level=1)).to_have_text("Évaluation 1")
        await expect(page.get_by_role("main")).to_contain_text("Impact primaire net")
        await follow("Évaluations de l’édition")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Évaluations de l’édition")

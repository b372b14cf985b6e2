"""A ticket file from the page to the counts: by keyboard, by a mapping, undone; a real server and a real worker."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from playwright.async_api import Browser, FileChooser, Page, expect

from events_api.settings import Settings
from tests.browser.inspection import Watch, opened, shown_wrong
from tests.browser.serving import serving
from tests.browser.world import sign_in, signed_in
from tests.conftest import database_of_its_own
from tests.factories.calendar import an_edition, an_event, an_organisation
from tests.workers.conftest import WorkerProcess

CANONICAL = Path(__file__).parents[2] / "docs" / "formats" / "scans.csv"
PATIENCE = 60_000
LOG = "Badge;Passage le;Borne d'accès;Mouvement;Nom\n" + "".join(
    f"A{rank:05};03/07/2024 18:{rank:02}:10;Porte Nord;{'BIPIN' if rank % 3 else 'BIPOUT'};Dupont\n"
    for rank in range(1, 31)
)


class Office(msgspec.Struct, frozen=True):
    """An edition without any file, the session of an officer, and where the pages are."""

    address: str
    edition: str
    session: str

    @property
    def files(self) -> str:
        return f"{self.address}/manage/editions/{self.edition}/tickets"


@pytest.fixture(scope="module")
async def office(
    shared_settings: Settings, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    home = tmp_path_factory.mktemp("office")
    async with database_of_its_own(shared_settings, template, "office") as own:
        settings = msgspec.structs.replace(own, home=home)
        async with asyncpg.create_pool(settings.app_database_url, min_size=1, max_size=2) as pool:
            owner = await asyncpg.connect(settings.database_url)
            organisation = await an_organisation(owner, "Association du Port")
            event = await an_event(owner, "Fête du port", organisers=(organisation,))
            edition = await an_edition(owner, event, "2024-07-03", "2024-07-05")
            await owner.close()
            session = await signed_in(pool, "officer", organisation)
        worker = WorkerProcess(settings, home / "worker.log")
        try:
            async with serving("events_api.app:create_app", settings.environ()) as address:
                yield Office(address, str(edition), str(session))
        finally:
            worker.end()


async def test_a_file_is_brought_by_keyboard_counted_undone_and_counted_again(browser: Browser, office: Office) -> None:
    async with opened(browser) as context:
        await sign_in(context, office.address, office.session)
        page = await context.new_page()
        watch = Watch(page, office.address)
        choosing: asyncio.Future[FileChooser] = asyncio.get_running_loop().create_future()
        page.once("filechooser", lambda asked: choosing.set_result(asked))  # noqa: PLW0108  playwright marks what it is given
        await page.goto(office.files)
        await expect(page.locator("#file")).to_be_visible()
        await page.locator("#file").focus()
        await page.keyboard.press("Enter")
        await (await choosing).set_files(CANONICAL)

        await expect(page.locator("#guess")).to_be_focused(timeout=PATIENCE)
        await expect(page.locator("#recognised")).to_contain_text("Format reconnu : Format de la plateforme")
        await tab_to(page, "Envoyer et lire tout le fichier")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("heading", level=1)).to_have_text("scans.csv", timeout=PATIENCE)
        assert await figures(page) == {"Lignes lues": "4", "À compter": "= 4", "Refusées": "+ 0"}
        await tab_to(page, "Compter ce fichier")
        await page.keyboard.press("Enter")

        await expect(page.locator("#import .tag").first).to_have_text("Compté", timeout=PATIENCE)
        assert await figures(page) == {"Lignes lues": "4", "Acceptées": "= 4", "Déjà connues": "+ 0", "Refusées": "+ 0"}
        watch.allowed.add(f"{page.url}/undo")
        await page.get_by_role("button", name="Annuler cet import").click()
        await expect(page.get_by_role("alert")).to_contain_text("Une réponse est à corriger")
        await page.get_by_label("Je confirme").check()
        await page.get_by_role("button", name="Annuler cet import").click()

        await expect(page.locator("#import .tag").first).to_have_text("Annulé", timeout=PATIENCE)
        await page.get_by_role("button", name="Compter de nouveau ce fichier").click()
        await expect(page.locator("#import .tag").first).to_have_text("Compté", timeout=PATIENCE)
        await page.get_by_role("link", name="Voir la fréquentation comptée").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Fréquentation de l’édition")
        await expect(page.locator("#heat-heading")).to_be_visible()
        assert watch.faults == []


async def test_an_unknown_log_is_read_by_a_mapping_that_the_next_file_uses_again(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    log = tmp_path / "tourniquets.csv"
    log.write_text(LOG, encoding="utf-8")
    async with opened(browser, viewport={"width": 390, "height": 800}) as context:
        await sign_in(context, office.address, office.session)
        page = await context.new_page()
        watch = Watch(page, office.address)
        await page.goto(office.files)
        await page.locator("#file").set_input_files(log)

        await expect(page.locator("#mapping")).to_be_visible(timeout=PATIENCE)
        await page.get_by_label("Sens", exact=True).select_option("Mouvement")
        await page.get_by_label("Mots qui disent une entrée").fill("BIPIN")
        await page.get_by_label("Mots qui disent une sortie").fill("BIPOUT")
        assert await shown_wrong(page) == []
        await page.get_by_role("button", name="Envoyer et lire tout le fichier").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("tourniquets.csv", timeout=PATIENCE)
        assert await figures(page) == {"Lignes lues": "30", "À compter": "= 30", "Refusées": "+ 0"}
        assert "Dupont" not in await page.content()
        await page.goto(office.files)
        await page.locator("#file").set_input_files(log)
        await expect(page.get_by_label("Lire avec")).to_be_visible(timeout=PATIENCE)
        assert await page.locator("#profile option:checked").inner_text() == "tourniquets"
        await page.get_by_role("button", name="Envoyer et lire tout le fichier").click()
        await expect(page.get_by_text("Ce fichier a déjà été déposé")).to_be_visible(timeout=PATIENCE)
        assert watch.faults == []


async def test_a_dropped_file_that_cannot_be_read_says_why_and_keeps_the_page(browser: Browser, office: Office) -> None:
    async with opened(browser) as context:
        await sign_in(context, office.address, office.session)
        page = await context.new_page()
        await page.goto(office.files)
        dropped = await page.evaluate_handle(
            """() => {
              const held = new DataTransfer();
              held.items.add(new File(['%PDF-1.7'], 'affiche.csv'));
              return held;
            }"""
        )
        await page.locator("#drop").dispatch_event("drop", {"dataTransfer": dropped})

        await expect(page.locator("#upload-error")).to_be_focused(timeout=PATIENCE)
        await expect(page.locator("#upload-error")).to_contain_text("PDF")
        await expect(page.locator("#guess")).to_be_hidden()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until a button has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"« {name} » cannot be reached by keyboard")


async def figures(page: Page) -> dict[str, str]:
    """The sum of the lines as it is shown: each name with its number and the sign before it."""
    shown: dict[str, str] = await page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.sum > div')].map(one => {
          const number = one.querySelector('dd').cloneNode(true);
          number.querySelector('small')?.remove();
          return [one.querySelector('dt').textContent, number.textContent.trim()];
        }))"""
    )
    return shown

import asyncpg

from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn


async def test_the_control_room_says_that_it_cannot_warn_before_it_knows_a_capacity(
    sign_in: SignIn, pool: asyncpg.Pool
) -> None:
    edition = await an_edition(pool, await an_organisation(pool, "Organisation sans jauge"), name="Sans jauge")
    officer = await sign_in("officer")
    path = f"/manage/editions/{edition}/control-room"

    unset = (await officer.get(path)).text
    await pool.execute(
        "insert into gate_settings (edition_id, public_id, authorised_capacity)"
        " select id, gen_random_uuid(), 500 from edition where public_id = $1",
        edition,
    )
    given = (await officer.get(path)).text

    assert "la jauge autorisée n’est pas renseignée" in unset
    assert "La jauge autorisée n’est pas atteinte." in given

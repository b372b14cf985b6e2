"""What spreads tables over nodes and can be held on one machine: identities of tables that were made anew."""

import asyncpg
import pytest

from events_api.store.distribute import bring_up


@pytest.fixture
async def thing(owner: asyncpg.Connection) -> asyncpg.Connection:
    """A table with an identity, for one connection."""
    await owner.execute("create temp table thing (id bigint generated always as identity primary key)")
    return owner


async def brought_up(thing: asyncpg.Connection) -> int:
    """The next identity after what `distribute` does with every table of a cluster."""
    sequence = await thing.fetchval("select pg_get_serial_sequence('thing', 'id')")
    await bring_up(thing, "thing", "id", sequence)
    return int(await thing.fetchval("insert into thing default values returning id"))


@pytest.mark.parametrize("there", [1, 7])
async def test_an_identity_that_starts_again_goes_on_after_the_rows(thing: asyncpg.Connection, there: int) -> None:
    await thing.execute("insert into thing (id) overriding system value values ($1)", there)

    assert await brought_up(thing) == there + 1


async def test_a_number_that_is_taken_and_not_committed_is_given_to_nobody_else(thing: asyncpg.Connection) -> None:
    await thing.execute("insert into thing default values")
    taken = await thing.fetchval("select nextval(pg_get_serial_sequence('thing', 'id'))")

    assert await brought_up(thing) == taken + 1


async def test_the_identity_of_an_empty_table_begins_with_one(thing: asyncpg.Connection) -> None:
    assert await brought_up(thing) == 1

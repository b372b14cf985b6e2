"""Whether the board of an edition still stands and whether a machine may see it, in one statement."""

from collections.abc import Set
from typing import Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Actor
from events_api.read.connections import Pool
from events_api.read.impact import FACTS, EditionBoard, board_joins, board_of
from events_api.read.programme import OWN_EDITION
from events_api.store.accounts import HOLDERS, machine_of
from events_api.text.formats import Language

SEEN: Final = f"""
    {HOLDERS}
    select f.token_hash, f.public_id, f.role, f.scopes, f.organisation, f.edition, asked.edition_id, asked.language,
           {OWN_EDITION.own.format("array[f.organisation]")} as own, {FACTS}
      from unnest($1::bytea[], $2::uuid[], $3::text[]) as asked (token_hash, edition_id, language)
      join found f on f.token_hash = asked.token_hash
      join edition t on t.public_id = asked.edition_id and t.retired_at is null
      join event v on v.id = t.event_id {board_joins("asked.language")}
"""


class Ask(NamedTuple):
    """The holder of a token asks for the board of an edition in a language."""

    token_hash: bytes
    edition_id: UUID
    language: Language


class Sight(Struct, frozen=True, kw_only=True):
    """Who asks, whether the edition is of its organisation, and what is known of the board."""

    actor: Actor
    own: bool
    board: EditionBoard


async def sights(pool: Pool, asks: Set[Ask]) -> dict[Ask, Sight]:
    """What each sees; who holds no token and who asks for no edition sees nothing."""
    rows = await pool.fetch(SEEN, *([*values] for values in zip(*asks, strict=True)))
    return {
        Ask(row["token_hash"], row["edition_id"], row["language"]): Sight(
            actor=machine_of(row), own=row["own"], board=board_of(row)
        )
        for row in rows
    }

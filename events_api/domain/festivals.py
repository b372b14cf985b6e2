"""Festivals of the national list beside our events: candidates, how they are matched, who decides."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

from events_api.domain.errors import DomainError, UnknownReference
from events_api.domain.programme import Event
from events_api.domain.records import Entity, Insee, Line, Work, record, replace

CandidateState = Literal["candidate", "matched", "to_decide", "rejected"]
MatchBasis = Literal["insee_and_name", "similar_name", "person"]
Decision = Literal["match", "reject", "reopen"]
SIMILAR: Final = 0.75
"""How alike two names in one commune must be for a person to be asked."""
SAME_WORDS: Final = 1.0
"""The same distinctive words: a person is asked wherever the two are."""
LONG_ENOUGH: Final = 6
"""Letters from which a word inside another one is no accident."""
COMMON: Final = frozenset({
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une", "international",
    "internationale", "internationales", "national", "nationale", "festival", "festivals", "salon", "rencontre",
    "rencontres", "biennale", "fete", "livre", "livres", "cinema", "film", "films", "musique", "musiques", "art",
    "arts", "theatre", "journees", "journee", "semaine", "marseille", "aix", "provence", "concert", "concerts",
    "ville", "pays", "sud", "jazz",
})  # fmt: skip
"""Words that many names share and that therefore tell nothing."""


class EventMissing(DomainError):
    """A match that does not say with which event."""


class EventUnexpected(DomainError):
    """A decision other than a match that names an event."""


class FestivalCandidate(Entity, frozen=True, kw_only=True):
    """A festival of the national list, as one line of the file states it."""

    managed: ClassVar[frozenset[str]] = frozenset({"matched_event_id", "match_basis", "state"})

    source_id: Annotated[str, Meta(min_length=1, max_length=120)]
    name: Annotated[str, Meta(min_length=1, max_length=300)]
    insee: Insee
    printed_commune: str | None = None
    postcode: str | None = None
    discipline: str | None = None
    sub_discipline: str | None = None
    period: str | None = None
    created_year: int | None = None
    website: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    matched_event_id: UUID | None = None
    match_basis: MatchBasis | None = None
    state: CandidateState = "candidate"
    source_document: Line
    source_line: int


class Known(Struct, frozen=True, kw_only=True):
    """An event of ours as it is compared: its names reduced to letters and digits, and its commune."""

    id: UUID
    names: tuple[str, ...]
    insee: str | None


class Match(Struct, frozen=True, kw_only=True):
    """What the comparison found; only the same name in the same commune is more than a suggestion."""

    state: CandidateState = "candidate"
    event_id: UUID | None = None
    basis: MatchBasis | None = None


NO_MATCH: Final = Match()


def match(name: str, insee: str, events: Iterable[Known], taken: Collection[UUID]) -> Match:
    """Compare a reduced name with our events; whatever is not certain is left for a person to decide.

    Certain is the same name in the same commune, of one event only, that no other festival holds (`taken`).
    """
    events = list(events)
    same = [event for event in events if name in event.names]
    here = [event for event in same if event.insee == insee]
    if len(here) == 1 and here[0].id not in taken:
        return Match(state="matched", event_id=here[0].id, basis="insee_and_name")
    if here or same:
        return Match(state="to_decide", event_id=(here or same)[0].id, basis="similar_name")
    _, _, best = max(
        (
            (ratio, difflib.SequenceMatcher(None, name, other, autojunk=False).ratio(), event)
            for event in events
            for other in event.names
            if (ratio := _likeness(name, other)) >= (SIMILAR if event.insee in (None, insee) else SAME_WORDS)
        ),
        key=lambda found: found[:2],
        default=(0.0, 0.0, None),
    )
    if best is None:
        return NO_MATCH
    return Match(state="to_decide", event_id=best.id, basis="similar_name")


def _likeness(first: str, second: str) -> float:
    """How alike two names are by their distinctive words: the same, all of one's among the other's, or nearly so."""
    if first.replace(" ", "") == second.replace(" ", ""):
        return SAME_WORDS
    ours, theirs = _distinctive(first), _distinctive(second)
    joined, other = sorted(("".join(ours), "".join(theirs)), key=len)
    if not joined:
        return 0.0
    if set(ours) == set(theirs) or joined == other:
        return SAME_WORDS
    if set(ours) <= set(theirs) or set(theirs) <= set(ours) or (len(joined) >= LONG_ENOUGH and joined in other):
        return 0.9
    return difflib.SequenceMatcher(None, joined, other, autojunk=False).ratio() * 0.9


def _distinctive(name: str) -> list[str]:
    return [word for word in re.findall("[^0-9 ]+|[0-9]+", name) if word not in COMMON]


class Taking:
    """Takes in the festivals of a list, one after the other, against the events and the festivals known before."""

    def __init__(
        self, work: Work, document: str, *, events: Iterable[Known], known: Mapping[str, UUID], taken: Iterable[UUID]
    ) -> None:
        self.work = work
        self.document = document
        self.events = list(events)
        self.known = known
        self.taken = set(taken)

    async def take(self, values: Mapping[str, Any], reduced_name: str, line: int) -> Literal["accepted", "known"]:
        """Add a festival with its match, or bring a known one to what the line states; its match stays as it is."""
        known = self.known.get(values["source_id"])
        if known is not None:
            before = await self.work.of(FestivalCandidate).lock(known)
            after = await replace(self.work, before, None, values)
            return "known" if after == before else "accepted"
        found = match(reduced_name, values["insee"], self.events, self.taken)
        if found.state == "matched" and found.event_id is not None:
            self.taken.add(found.event_id)
        await record(
            self.work,
            FestivalCandidate,
            {
                **values,
                "source_document": self.document,
                "source_line": line,
                "state": found.state,
                "matched_event_id": found.event_id,
                "match_basis": found.basis,
            },
        )
        return "accepted"


async def decide(
    work: Work, candidate_id: UUID, expected: int | None, decision: Decision, event_id: UUID | None
) -> FestivalCandidate:
    """A person says whether a festival is one of our events; `reopen` takes an earlier decision back."""
    before = await work.of(FestivalCandidate).lock(candidate_id)
    if decision == "match":
        if event_id is None:
            raise EventMissing(field="event_id")
        event = await work.of(Event).lock(event_id)
        if event.retired_at is not None:
            raise UnknownReference(field="event_id", value=str(event_id))
        values = {"state": "matched", "matched_event_id": event_id, "match_basis": "person"}
    else:
        if event_id is not None:
            raise EventUnexpected(field="event_id")
        state = "rejected" if decision == "reject" else "to_decide"
        values = {"state": state, "matched_event_id": None, "match_basis": None}
    return await replace(work, before, expected, values)

"""The control room of an edition: how many are inside, how they come, and a warning before there are too many."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from events_api.domain.errors import NotFound
from events_api.domain.tickets.facts import VERDICTS
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_trail
from events_api.handlers.pages.base import AnyRequest, language_of, page
from events_api.read import gates as reading
from events_api.read.connections import Pool
from events_api.read.gates import GateFlow, PresenceNow, QuarterFlow
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import text

QUARTERS: Final = 16
_GATES: Final = (("gate", ""), ("entries_now", "number"), ("capacity", "number"), ("entries", "number"),
                 ("exits", "number"), ("refused", "number"))  # fmt: skip
_FLOW: Final = (("quarter", ""), ("entries", "number"), ("exits", "number"), ("refused", "number"),
                ("highest", "number"))  # fmt: skip
_CONTRADICTIONS: Final = (("device", ""), ("gate", ""), ("at", ""), ("done", ""), ("said", ""))
_SPOKEN: Final = (
    "alert.none", "alert.unset", "alert.near", "alert.full", "capacity", "capacity.none", "gate.near", "gate.full",
    "nameless", "sentence", "sentence.none", "fresh", "lost",
)  # fmt: skip


@get("/manage/editions/{record_id:uuid}/control-room", operation_id="readPresence", guards=[allowed])
async def control_room(request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
    """Show who is inside, and keep showing it."""
    language = language_of(request)
    edition = await reading.watched(pool, grant_of(request.scope), record_id)
    now = await reading.presence(pool, record_id, dt.datetime.now(dt.UTC))
    if edition is None or now is None:
        raise NotFound(kind="edition")
    said = _Said(language, ZoneInfo(edition.time_zone))
    return page(
        request,
        "control_room.html",
        title=text("room.title", language),
        trail=edition_trail(edition.event, edition.year, record_id, language),
        name=f"{edition.event} {edition.year}",
        now=now,
        zone=edition.time_zone,
        words=msgspec.json.encode(said.words()).decode(),
        spoken=said.say(f"alert.{now.alert or ('unset' if now.capacity is None else 'none')}"),
        capacity=said.capacity(now),
        fresh=said.say("fresh", at=said.clock(dt.datetime.now(dt.UTC))),
        sentence=said.sentence(now.flow),
        bars=said.bars(now.flow[-QUARTERS:]),
        gate_columns=said.columns(_GATES),
        gate_rows=[said.gate(gate) for gate in now.gates],
        flow_columns=said.columns(_FLOW),
        flow_rows=[said.quarter(quarter) for quarter in now.flow],
        contradiction_columns=said.columns(_CONTRADICTIONS),
        contradiction_rows=said.contradictions(now),
    )


class _Said:
    """What the page says, in the language of its reader and on the clocks of the edition; room.js says the same."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language, self.zone = language, zone

    def say(self, key: str, **values: Any) -> str:
        return text(f"room.{key}", self.language, **values)

    def number(self, value: int) -> str:
        return formats.integer(value, self.language)

    def clock(self, moment: dt.datetime) -> str:
        return formats.clock(moment.astimezone(self.zone), self.language)

    def columns(self, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(self.say(f"column.{name}"), kind) for name, kind in names]

    def capacity(self, now: PresenceNow) -> str:
        if now.capacity is None or now.filled_percent is None:
            return self.say("capacity.none")
        return self.say("capacity", capacity=self.number(now.capacity), percent=self.number(now.filled_percent))

    def sentence(self, flow: Sequence[QuarterFlow]) -> str:
        if not flow:
            return self.say("sentence.none")
        last = flow[-1]
        return self.say(
            "sentence", entries=self.number(last.entries), exits=self.number(last.exits), at=self.clock(last.quarter)
        )

    def gate(self, gate: GateFlow) -> list[str]:
        capacity = "—" if gate.capacity is None else self.number(gate.capacity)
        if gate.alert is not None:
            capacity += f" ({self.say(f'gate.{gate.alert}')})"
        counted = (gate.entries, gate.exits, gate.refused)
        name = gate.gate or self.say("nameless")
        return [name, self.number(gate.entries_now), capacity, *(self.number(value) for value in counted)]

    def quarter(self, quarter: QuarterFlow) -> list[str]:
        counted = (quarter.entries, quarter.exits, quarter.refused, quarter.inside)
        return [self.clock(quarter.quarter), *(self.number(value) for value in counted)]

    def contradictions(self, now: PresenceNow) -> list[list[str]]:
        return [
            [
                f"{one.device}{formats.NBSP}: {one.sequence}",
                one.gate or self.say("nameless"),
                self.clock(one.scanned_at),
                self.say(f"verdict.{one.verdict}"),
                self.say(f"verdict.{one.contradiction}"),
            ]
            for one in now.latest_contradictions
        ]

    def bars(self, flow: Sequence[QuarterFlow]) -> dict[str, Any]:
        """The chart of the last quarters: a full bar for entries, a hollow one for exits."""
        most = max([1, *(max(quarter.entries, quarter.exits) for quarter in flow)])
        bars = []
        for rank, quarter in enumerate(flow):
            for side, (kind, people) in enumerate((("in", quarter.entries), ("out", quarter.exits))):
                height = round(108 * people / most, 1)
                x = 20 * rank + 2 + 8 * side
                bars.append({"kind": kind, "x": x, "y": 130 - height, "width": 7, "height": height})
        marks = [
            {"x": 20 * rank + 2, "text": self.clock(quarter.quarter)}
            for rank, quarter in enumerate(flow)
            if rank % 4 == 0
        ]
        return {"bars": bars, "marks": marks, "most": self.number(most)}

    def words(self) -> dict[str, Any]:
        """What room.js says; braces stand for what it fills in."""
        holes = {name: f"{{{name}}}" for name in ("at", "capacity", "percent", "entries", "exits")}
        words: dict[str, Any] = {key: self.say(key, **holes) for key in _SPOKEN}
        words |= {f"verdict.{verdict}": self.say(f"verdict.{verdict}") for verdict in VERDICTS}
        words["empty"] = text("table.empty", self.language)
        for table, caption, names in (
            ("gates", "gates", _GATES), ("flow", "flow", _FLOW), ("contradictions", "contradictions", _CONTRADICTIONS),
        ):  # fmt: skip
            words[f"room-{table}-table"] = self.columns(names)
            words[f"room-{table}-table-caption"] = self.say(caption)
        return words


CONTROL_ROOM_PAGES: Final = (control_room,)

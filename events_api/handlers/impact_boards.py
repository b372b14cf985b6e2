"""The stored impact of an edition and of a year over HTTP, as the workers wrote it."""

import datetime as dt
import hashlib
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Raw, Struct, json

from dashboards.impact.stored import drawing_hash
from events_api.domain.errors import NotFound
from events_api.handlers.answers import PRIVATE, answer, encoded
from events_api.handlers.assessments import StaleOut
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.kept import Kept
from events_api.handlers.paging import Limit
from events_api.handlers.parameters import YearInPath
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read import impact as reading
from events_api.read.connections import Pool
from events_api.read.impact import Board, EditionBoard, Later
from events_api.read.impact_year import Chosen, Year, impact_year
from events_api.text.catalogue import sentence
from events_api.text.formats import Language

Choice = Annotated[str | None, QueryParameter(max_length=80, description="A family, a commune or an organiser.")]
AnyRequest = Request[Any, Any, Any]
_ENCODER: Final = json.Encoder()

After = Annotated[UUID | None, QueryParameter(description="The edition after which the list goes on.")]


class ImpactBoardOut(Struct, frozen=True, kw_only=True):
    """The board of the latest computed assessment in the language of the request; every change below the watermark is
    in it. `later` is an assessment that was asked for since."""

    edition_id: UUID
    number: int
    computed_at: dt.datetime
    drawn_at: dt.datetime
    watermark: int
    input_hash: str
    stale: bool
    stale_because: list[StaleOut]
    later: Later | None
    content: Raw


class ImpactBoardController(Controller):
    """The page of an assessment as data."""

    path = "/editions/{edition_id:uuid}/impact"
    tags = ("impact",)

    @get(
        "/board",
        operation_id="readImpactBoard",
        summary="Read the board of the latest assessment: headline, drawings, tables, and whether it still holds",
        responses=READ_PROBLEMS,
    )
    async def board(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool], kept: NamedDependency[Kept]
    ) -> Response[ImpactBoardOut]:
        language, viewer = language_of(request), grant_of(request.scope)
        found = await reading.edition_board(pool, viewer, edition_id, language, content=False)
        sheet = None if found is None else kept_sheet(kept, edition_id, language, found)
        if sheet is None:
            found = await reading.edition_board(pool, viewer, edition_id, language)
            if found is None:
                raise NotFound(kind="edition")
            if found.board is None or found.content is None:
                raise NotFound(kind="dashboard")
            sheet = _drawn(edition_id, language, found, found.board, found.content)
            kept.put(("sheet", sheet.etag), sheet, sheet.body)
        return encoded(request, sheet.body, sheet.headers)


class Sheet:
    """The board as it is sent."""

    def __init__(self, etag: str, language: Language, body: bytes) -> None:
        self.etag = etag
        self.body = body
        self.headers = {
            "etag": etag,
            "cache-control": PRIVATE,
            "vary": "authorization, cookie, accept-language",
            "content-language": language,
        }
        self.encoded_headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]


def kept_sheet(kept: Kept, edition_id: UUID, language: Language, found: EditionBoard) -> Sheet | None:
    """The board as it was sent before, where all that is known of it is the same."""
    return kept.get(("sheet", _tag(edition_id, language, found)), Sheet)


def _tag(edition_id: UUID, language: Language, found: EditionBoard) -> str:
    """The tag of all that an answer is made from: the board by its hash, why it is stale, what was asked for since."""
    facts = (edition_id, language, found.board, found.stale, found.later, drawing_hash())
    digest = hashlib.blake2b(_ENCODER.encode(facts), digest_size=16).hexdigest()
    return f'"{found.board.input_hash[:24] if found.board else ""}-{language}-{digest}"'


def _drawn(edition_id: UUID, language: Language, found: EditionBoard, board: Board, content: bytes) -> Sheet:
    out = ImpactBoardOut(
        edition_id=edition_id,
        number=board.number,
        computed_at=board.computed_at,
        drawn_at=board.drawn_at,
        watermark=board.watermark,
        input_hash=board.input_hash,
        stale=bool(found.stale),
        stale_because=[
            StaleOut(code=why.code, sentence=sentence(why.code, why.params, language)) for why in found.stale
        ],
        later=found.later,
        content=Raw(content),
    )
    return Sheet(_tag(edition_id, language, found), language, _ENCODER.encode(out))


class ImpactYearController(Controller):
    """The sums of a year, as far as they may be added."""

    path = "/impact/years"
    tags = ("impact",)

    @get(
        "/{year:int}",
        operation_id="readImpactYear",
        summary="Read a year of impact: sums by family, commune, organiser and grade, and its editions page by page",
        responses=READ_PROBLEMS,
    )
    async def year(
        self,
        request: AnyRequest,
        year: YearInPath,
        pool: NamedDependency[Pool],
        family: Choice = None,
        commune: Choice = None,
        organiser: Choice = None,
        after: After = None,
        limit: Limit = 40,
    ) -> Response[Year]:
        chosen = Chosen(year=year, family=family, commune=commune, organiser=organiser)
        return answer(request, await impact_year(pool, chosen, after=after, limit=limit))


HANDLERS: Final = (ImpactBoardController, ImpactYearController)

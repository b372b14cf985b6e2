"""The impact model over HTTP: assumption sets, entries of editions, assessments, the trail of each number."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import BodyKwarg, FromPath, FromQuery, PathParameter
from litestar.response import Stream
from msgspec import Meta, Struct

from events_api.domain.assessments import (
    SCREEN_DRAWS,
    SEED,
    AssumptionOverride,
    AssumptionSet,
    AssumptionSetHead,
    AssumptionSetIn,
    Figure,
    Frozen,
    ImpactEntry,
    ImpactEntryMissing,
    OverrideIn,
    Seed,
    SetNumber,
    Source,
    StaleCode,
    Traced,
    evaluated,
    frozen,
    run_of,
    traced,
    trail,
)
from events_api.domain.attendance import Note
from events_api.domain.errors import NotFound, UnknownReference
from events_api.domain.files import FileStore, kind_of_document
from events_api.domain.impact.assess import Assessment
from events_api.domain.impact.formulas import Kind, Unit
from events_api.domain.impact.levels import Entry, Level, Part
from events_api.domain.impact.lints import Flag, Lint, Severity
from events_api.domain.impact.provenance import Aspect, Origin
from events_api.domain.impact.territories import Territory
from events_api.exporters.assumptions import assumptions_csv
from events_api.handlers.answers import PRIVATE, Encoded, answer, not_modified
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.evidence import said
from events_api.handlers.files import ATTACHED, OPAQUE, no_form
from events_api.handlers.paging import Limit
from events_api.handlers.parameters import NumberInPath
from events_api.handlers.problems import FILE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.importers.communes import TERRITORY, within
from events_api.read import assessments as reading
from events_api.read.assessments import Assessed, AssessedHead, State
from events_api.read.connections import Pool
from events_api.store import assessments as store
from events_api.store.assessments import AssessmentRequested
from events_api.store.files import register
from events_api.text.catalogue import label, sentence
from events_api.text.formats import Language

AnyRequest = Request[Any, Any, Any]
KeyInPath = Annotated[
    str, PathParameter(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}\Z", description="The name of a parameter or of a figure.")
]
Before = Annotated[int, Meta(ge=1, le=1_000_000, description="Only those with a smaller number.")]
PUBLIC: Final = "public, no-cache"
CSV: Final = "text/csv; charset=utf-8"
LARGEST_DOCUMENT: Final = 20_000_000
ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/zip": "zip",
    "text/plain": "txt",
}
_previews: Final = asyncio.Semaphore(2)


# What is sent


def _default_of(one: msgspec.structs.FieldInfo) -> Any:
    """The territory of the platform where none is said."""
    if one.name == "territory":
        return TERRITORY
    return msgspec.NODEFAULT if one.required else one.default


EntryFields = msgspec.defstruct(
    "EntryFields",
    [
        (one.name, one.type, _default_of(one))
        for one in msgspec.structs.fields(Entry)
        if one.name not in {"overrides", "local_postcodes"}
    ],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    module=__name__,
)


class EntryIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of an edition, and why it changes; without attendances they are those with the best evidence."""

    entry: EntryFields  # type: ignore[valid-type]  # made at run time
    reason: Note | None = None


class AssessmentIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assumption set, the latest by default; which seed, one for all by default; for which territory, that of
    the latest entry by default."""

    assumption_set: SetNumber | None = None
    seed: Seed | None = None
    territory: Territory | None = None


class PreviewIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to evaluate without keeping it: the entry that stands where none is given."""

    entry: EntryFields | None = None  # type: ignore[valid-type]  # made at run time
    assumption_set: SetNumber | None = None
    seed: Seed | None = None


EXPRESS: Final[dict[str, Any]] = {
    "level": "express",
    "attendances": 40000,
    "grade": "E",
    "profile": "festival_urbain",
    "nights": 2.5,
    "budget": 1800000,
    "subsidy": 150000,
}


# What is answered


class DocumentKept(Struct, frozen=True, kw_only=True):
    """A document in the store; the assumption that comes from it names its hash."""

    sha256: str
    size: int
    media_type: str


class EntriesOut(Struct, frozen=True, kw_only=True):
    """The versions of what was entered, the latest first, and the attendance with the best evidence."""

    edition_id: UUID
    entries: tuple[ImpactEntry, ...]
    attendance: Figure | None


class FlagOut(Struct, frozen=True, kw_only=True):
    """What must be said beside a result."""

    lint: Lint
    code: str
    severity: Severity
    sentence: str
    source: str


class StaleOut(Struct, frozen=True, kw_only=True):
    """Why an assessment no longer holds for its edition."""

    code: StaleCode
    sentence: str


class AssessmentHead(Struct, frozen=True, kw_only=True):
    """An assessment with its hashes: what it stands on, by what it was computed, whether it still holds and why not."""

    id: UUID
    edition_id: UUID
    number: int
    state: State
    job_id: UUID
    level: Level
    territory: str
    entry_number: int
    assumption_set: int
    override_numbers: tuple[int, ...]
    attendance: Figure | None
    seed: int
    draws: int
    parameter_hash: str
    data_hash: str
    code_hash: str | None
    numpy_version: str | None
    requested_by: UUID | None
    requested_at: dt.datetime
    computed_at: dt.datetime | None
    stale: bool
    stale_because: list[StaleOut]


class AssessmentOut(AssessmentHead, frozen=True, kw_only=True):
    """An assessment with its result, what must be said beside it and what was not measured."""

    entry: Entry
    result: Assessment | None
    flags: list[FlagOut]
    not_measured: tuple[Part, ...]
    refusal: str | None


class PreviewOut(Struct, frozen=True, kw_only=True):
    """A result that nothing keeps."""

    assumption_set: int
    attendance: Figure | None
    result: Assessment
    flags: list[FlagOut]
    not_measured: tuple[Part, ...]


class NodeOut(Struct, frozen=True, kw_only=True):
    """One number: its value, unit and formula, the names that it comes from, and where they came from.

    `aspects` tell what of the labelled thing it is where it is not its value at modes, `aspect` says so in words;
    `interval` is P10 and P90 beside a median.
    """

    key: str
    label: str
    line: str | None
    value: float | None
    unit: Unit
    unit_label: str
    origin: Origin
    formula: str | None
    text: str | None
    inputs: tuple[str, ...]
    kind: Kind | None
    source: Source
    aspects: tuple[Aspect, ...]
    aspect: str
    interval: tuple[float | None, float | None] | None


class NodesOut(Struct, frozen=True, kw_only=True):
    """The numbers of an assessment, each after those that it comes from: figures at modes, and what the draws tell."""

    edition_id: UUID
    number: int
    nodes: list[NodeOut]


def assessment_head(one: Assessed | AssessedHead, language: Language) -> dict[str, Any]:
    """What is said of an assessment besides its result."""
    return {
        "id": one.id,
        "edition_id": one.edition_id,
        "number": one.number,
        "state": one.state,
        "job_id": one.job_id,
        "level": one.level,
        "territory": one.territory,
        "entry_number": one.entry_number,
        "assumption_set": one.set_number,
        "override_numbers": one.override_numbers,
        "attendance": one.attendance,
        "seed": one.seed,
        "draws": one.draws,
        "parameter_hash": one.parameter_hash,
        "data_hash": one.data_hash,
        "code_hash": one.code_hash,
        "numpy_version": one.numpy_version,
        "requested_by": one.requested_by,
        "requested_at": one.requested_at,
        "computed_at": one.computed_at,
        "stale": bool(one.stale),
        "stale_because": [
            StaleOut(code=why.code, sentence=sentence(why.code, why.params, language)) for why in one.stale
        ],
    }


def assessment_out(one: Assessed, language: Language) -> AssessmentOut:
    """An assessment in words."""
    outcome = one.outcome
    found = None if outcome is None else outcome.evaluation
    refused = None if outcome is None else outcome.refusal
    return AssessmentOut(
        **assessment_head(one, language),
        entry=one.inputs.entry,
        result=None if found is None else found.result,
        flags=[] if found is None else flags_out(found.flags, language),
        not_measured=() if found is None else found.not_measured,
        refusal=None if outcome is None or refused is None else sentence(refused, outcome.refusal_params, language),
    )


def flags_out(flags: tuple[Flag, ...], language: Language) -> list[FlagOut]:
    """What must be said, in words."""
    return [
        FlagOut(
            lint=one.lint,
            code=one.code,
            severity=one.severity,
            sentence=sentence(one.code, one.params, language),
            source=one.source,
        )
        for one in flags
    ]


def node_out(one: Traced, language: Language) -> NodeOut:
    """A number in words."""
    node = one.node
    return NodeOut(
        key=node.key,
        label=label(node.labels, node.label, language),
        line=node.line,
        value=node.value,
        unit=node.unit,
        unit_label=label("impact_unit", node.unit, language),
        origin=node.origin,
        formula=node.formula,
        text=node.text,
        inputs=node.inputs,
        kind=node.kind,
        source=one.source,
        aspects=node.aspects,
        aspect=", ".join(label("impact_aspect", aspect, language) for aspect in node.aspects),
        interval=node.interval,
    )


def entry_of(given: Any) -> Entry:
    """What was sent, as the model takes it, with those of its postcodes that are in its territory."""
    entry = Entry(**{name: getattr(given, name) for name in given.__struct_fields__})
    if not entry.bought:
        return entry
    sold_at = {code for purchases in entry.bought.values() for code in purchases}
    return msgspec.structs.replace(entry, local_postcodes=tuple(sorted(within(entry.territory, sold_at))))


async def known_for(request: AnyRequest, pool: Pool, edition_id: UUID) -> reading.Known:
    """What the reader may see that is known of an edition; raises NotFound."""
    found = await reading.known_of(pool, grant_of(request.scope), edition_id)
    if found is None:
        raise NotFound(kind="edition")
    return found


async def assessed_for(request: AnyRequest, pool: Pool, edition_id: UUID, number: int) -> Assessed:
    """An assessment that the reader may see; raises NotFound."""
    found = await reading.assessment(pool, grant_of(request.scope), edition_id, number)
    if found is None:
        raise NotFound(kind="impact_assessment")
    return found


async def traced_for(request: AnyRequest, pool: Pool, edition_id: UUID, number: int) -> dict[str, Traced]:
    """The numbers of an assessment that the reader may see, with their sources; raises NotFound."""
    known = await reading.provenance(pool, grant_of(request.scope), edition_id, number)
    if known is None:
        raise NotFound(kind="impact_assessment")
    return await asyncio.to_thread(traced, known)


async def set_there(pool: Pool, number: int | None, field: str | None = None) -> AssumptionSet:
    """A version of the assumptions; raises NotFound, or UnknownReference for one that a field names."""
    found = await reading.assumption_set(pool, number)
    if found is None and field is not None:
        raise UnknownReference(field=field, value=str(number))
    if found is None:
        raise NotFound(kind="assumption_set")
    return found


async def preview(known: reading.Known, assumptions: AssumptionSet, data: PreviewIn, language: Language) -> PreviewOut:
    """Evaluate with few draws what is sent or what stands; two at a time, off the loop."""
    if data.entry is None and not known.entries:
        raise ImpactEntryMissing
    entry = known.entries[0].entry if data.entry is None else entry_of(data.entry)
    seed = SEED if data.seed is None else data.seed
    overrides = [one.assumption for one in known.standing_for(entry.territory)]
    figure = known.attendance if entry.attendances is None else None
    inputs: Frozen = frozen(entry, figure, overrides, assumptions.content, seed=seed, draws=SCREEN_DRAWS)
    run_of(inputs)
    async with _previews:
        evaluation = await asyncio.to_thread(evaluated, inputs)
    return PreviewOut(
        assumption_set=assumptions.number,
        attendance=figure,
        result=evaluation.result,
        flags=flags_out(evaluation.flags, language),
        not_measured=evaluation.not_measured,
    )


@dataclasses.dataclass
class DocumentBody(Operation):
    """An operation whose body is a document."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(
            content={OPAQUE: OpenAPIMediaType(schema=schema)},
            description="The bytes of the document as they are: PDF, PNG, JPEG, a file of an office suite, or text.",
            required=True,
        )


async def keep_document(write: Writing, files: FileStore, chunks: AsyncIterator[bytes]) -> DocumentKept:
    """Keep a document, known by its content; what it is shows in its bytes, whatever it is said to be."""
    kinds: list[str] = []

    async def looked_at() -> AsyncIterator[bytes]:
        async for chunk in chunks:
            if chunk and not kinds:
                kinds.append(kind_of_document(chunk))
            yield chunk

    stored = await files.put(looked_at(), limit=LARGEST_DOCUMENT)
    async with write.transact() as work:
        await register(work, stored, kinds[0])
    return DocumentKept(sha256=stored.sha256.hex(), size=stored.size, media_type=kinds[0])


def _body(value: dict[str, Any]) -> Any:
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary="Example", value=value)])


class AssumptionSetController(Controller):
    """The assumptions of the impact model, version by version, for everybody."""

    path = "/assumption-sets"
    tags = ("impact",)

    @get(
        "/", operation_id="listAssumptionSets", summary="List the versions of the assumptions", responses=READ_PROBLEMS
    )
    async def listed(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[list[AssumptionSetHead]]:
        return answer(request, await reading.assumption_sets(pool), cache=PUBLIC)

    @post(
        "/",
        status_code=201,
        operation_id="createAssumptionSet",
        summary="Publish a copy of a set with changes and their reason as the next version",
        responses=WRITE_PROBLEMS,
    )
    async def create(
        self,
        data: Annotated[
            AssumptionSetIn,
            _body(
                {
                    "based_on": 1,
                    "name": "Enquête 2026",
                    "reason": "Survey of three festivals in July 2026.",
                    "parameters": [
                        {
                            "key": "spend_D",
                            "low": 20,
                            "mode": 31,
                            "high": 45,
                            "status": "sourced",
                            "sources": ["Enquête AMP 2026, table 4"],
                            "year": 2026,
                        }
                    ],
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[AssumptionSet]:
        return await write(
            lambda work: store.copy_set(work, data),
            status=201,
            location=lambda made: f"/api/v1/assumption-sets/{made.number}",
        )

    @get(
        "/{number:int}",
        operation_id="readAssumptionSet",
        summary="Read a version of the assumptions: key, unit, low, mode, high, year, status, sources",
        responses=READ_PROBLEMS,
    )
    async def read(
        self, request: AnyRequest, number: NumberInPath, pool: NamedDependency[Pool]
    ) -> Response[AssumptionSet]:
        return answer(request, await set_there(pool, number), cache=PUBLIC)

    @get(
        "/{number:int}/csv",
        operation_id="readAssumptionSetCsv",
        summary="Download a version of the assumptions as CSV",
        media_type="text/csv",
        responses=READ_PROBLEMS,
    )
    async def csv(self, request: AnyRequest, number: NumberInPath, pool: NamedDependency[Pool]) -> Response[bytes]:
        found = await set_there(pool, number)
        headers = {
            "etag": f'"{found.content_hash}"',
            "cache-control": PUBLIC,
            "content-disposition": f'attachment; filename="hypotheses-{number}.csv"',
        }
        if not_modified(request, headers["etag"]):
            return Encoded(b"", status_code=304, headers=headers, media_type=CSV)
        return Encoded(assumptions_csv(found.content), status_code=200, headers=headers, media_type=CSV)


class ImpactController(Controller):
    """What is entered for an edition, its own assumptions, and its assessments."""

    path = "/editions/{edition_id:uuid}/impact"
    tags = ("impact",)

    @get(
        "/entries",
        operation_id="listImpactEntries",
        summary="List the versions of what was entered for an edition",
        responses=READ_PROBLEMS,
    )
    async def entries(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[EntriesOut]:
        known = await known_for(request, pool, edition_id)
        return answer(request, EntriesOut(edition_id=edition_id, entries=known.entries, attendance=known.attendance))

    @put(
        "/entry",
        operation_id="putImpactEntry",
        summary="Enter what is known of an edition: express, standard or complete",
        responses=WRITE_PROBLEMS,
    )
    async def put_entry(
        self,
        edition_id: FromPath[UUID],
        data: Annotated[EntryIn, _body({"entry": EXPRESS, "reason": "Accounts of the association."})],
        write: NamedDependency[Writing],
    ) -> Response[ImpactEntry]:
        return await write(lambda work: store.put_entry(work, edition_id, entry_of(data.entry), data.reason))

    @get(
        "/overrides",
        operation_id="listAssumptionOverrides",
        summary="List the assumptions of an edition that differ from the set, with those withdrawn",
        responses=READ_PROBLEMS,
    )
    async def overrides(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[list[AssumptionOverride]]:
        return answer(request, (await known_for(request, pool, edition_id)).overrides)

    @put(
        "/overrides/{key:str}",
        operation_id="putAssumptionOverride",
        summary="Set another assumption for an edition, with the document that it comes from",
        responses=WRITE_PROBLEMS,
    )
    async def put_override(
        self,
        edition_id: FromPath[UUID],
        key: KeyInPath,
        data: Annotated[
            OverrideIn,
            _body(
                {
                    "low": 2.1,
                    "mode": 2.4,
                    "high": 2.9,
                    "status": "sourced",
                    "document": "Enquête 2026, rapport final, p. 12",
                    "reason": "Measured on the spot, 612 interviews.",
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[AssumptionOverride]:
        return await write(lambda work: store.put_override(work, edition_id, key, data))

    @delete(
        "/overrides/{key:str}",
        status_code=204,
        operation_id="retireAssumptionOverride",
        summary="Withdraw an assumption of an edition: that of the set counts again",
        responses=WRITE_PROBLEMS,
    )
    async def retire_override(
        self, edition_id: FromPath[UUID], key: KeyInPath, write: NamedDependency[Writing]
    ) -> Response[None]:
        return await write(lambda work: store.retire_override(work, edition_id, key), status=204)

    @put(
        "/documents",
        status_code=201,
        operation_id="putAssumptionDocument",
        summary="Keep the document of an assumption; name its hash in the assumption then",
        operation_class=DocumentBody,
        request_max_body_size=LARGEST_DOCUMENT,
        responses=FILE_PROBLEMS,
    )
    async def put_document(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        write: NamedDependency[Writing],
        files: NamedDependency[FileStore],
    ) -> Response[DocumentKept]:
        no_form(request)
        async with write.transact() as work:
            await store.writable(work, edition_id)
        kept = await keep_document(write, files, request.stream())
        return answer(request, kept, status=201)

    @get(
        "/overrides/{number:int}/document",
        operation_id="readAssumptionDocument",
        summary="Download the document of an assumption of an edition",
        media_type=OPAQUE,
        responses=READ_PROBLEMS,
    )
    async def document(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        pool: NamedDependency[Pool],
        files: NamedDependency[FileStore],
    ) -> Response[bytes]:
        found = await reading.document(pool, grant_of(request.scope), edition_id, number)
        if found is None or not await files.has(found.sha256):
            raise NotFound(kind="file")
        headers = {
            **ATTACHED,
            "cache-control": PRIVATE,
            "content-disposition": f'attachment; filename="document-{number}.{ENDINGS.get(found.media_type, "bin")}"',
            "content-length": str(found.size),
        }
        return Stream(files.open(found.sha256), headers=headers, media_type=OPAQUE)  # type: ignore[return-value]

    @post(
        "/preview",
        status_code=200,
        operation_id="previewImpact",
        summary="Evaluate the model with 10,000 draws, keep nothing",
        responses=WRITE_PROBLEMS,
    )
    async def preview(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        data: Annotated[PreviewIn, _body({"entry": EXPRESS})],
        pool: NamedDependency[Pool],
    ) -> Response[PreviewOut]:
        known = await known_for(request, pool, edition_id)
        assumptions = await set_there(pool, data.assumption_set, "assumption_set")
        return said(request, await preview(known, assumptions, data, language_of(request)))

    @get(
        "/assessments",
        operation_id="listImpactAssessments",
        summary="List the assessments of an edition, the latest first",
        responses=READ_PROBLEMS,
    )
    async def assessments(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        before: FromQuery[Before | None] = None,
        limit: Limit = 50,
    ) -> Response[list[AssessmentHead]]:
        found = await reading.assessments(pool, grant_of(request.scope), edition_id, before=before, limit=limit)
        if found is None:
            raise NotFound(kind="edition")
        return said(request, [AssessmentHead(**assessment_head(one, language_of(request))) for one in found])

    @post(
        "/assessments",
        status_code=202,
        operation_id="requestImpactAssessment",
        summary="Freeze what is known of an edition and ask for its assessment with 100,000 draws",
        responses=WRITE_PROBLEMS,
    )
    async def assess(
        self,
        edition_id: FromPath[UUID],
        data: Annotated[AssessmentIn, _body({"assumption_set": 1, "seed": SEED})],
        write: NamedDependency[Writing],
    ) -> Response[AssessmentRequested]:
        return await write(
            lambda work: store.request_assessment(
                work, edition_id, set_number=data.assumption_set, seed=data.seed, territory=data.territory
            ),
            status=202,
            location=lambda made: f"/api/v1/editions/{edition_id}/impact/assessments/{made.number}",
        )

    @get(
        "/assessments/{number:int}",
        operation_id="readImpactAssessment",
        summary="Read an assessment: result, hashes, seed, flags, and whether it still holds",
        responses=READ_PROBLEMS,
    )
    async def assessment(
        self, request: AnyRequest, edition_id: FromPath[UUID], number: NumberInPath, pool: NamedDependency[Pool]
    ) -> Response[AssessmentOut]:
        found = await assessed_for(request, pool, edition_id, number)
        return said(request, assessment_out(found, language_of(request)))

    @get(
        "/assessments/{number:int}/nodes",
        operation_id="listImpactNodes",
        summary="Read every number of an assessment with its formula and its source",
        responses=READ_PROBLEMS,
    )
    async def nodes(
        self, request: AnyRequest, edition_id: FromPath[UUID], number: NumberInPath, pool: NamedDependency[Pool]
    ) -> Response[NodesOut]:
        found = await traced_for(request, pool, edition_id, number)
        nodes = [node_out(one, language_of(request)) for one in found.values()]
        return said(request, NodesOut(edition_id=edition_id, number=number, nodes=nodes))

    @get(
        "/assessments/{number:int}/nodes/{key:str}",
        operation_id="readImpactTrail",
        summary="Read the trail of a number: itself and everything that it stands on",
        responses=READ_PROBLEMS,
    )
    async def trail(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        key: KeyInPath,
        pool: NamedDependency[Pool],
    ) -> Response[NodesOut]:
        found = await traced_for(request, pool, edition_id, number)
        if key not in found:
            raise NotFound(kind="impact_node")
        nodes = [node_out(one, language_of(request)) for one in trail(found, key)]
        return said(request, NodesOut(edition_id=edition_id, number=number, nodes=nodes))


HANDLERS: Final = (AssumptionSetController, ImpactController)

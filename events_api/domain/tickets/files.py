"""Files of tickets and scans: why one cannot be read, and what is shown of one before it counts."""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.domain.errors import DomainError
from events_api.domain.tickets.facts import FactKind
from events_api.domain.tickets.profiles import Profile

LONGEST_LINE: Final = 1_000_000
"""Bytes of one line, its line breaks inside quotes included."""
LONGEST_OBJECT: Final = 8_000_000
"""Bytes of one object of a JSON array, such as an order with its positions."""
LARGEST_SHEET: Final = 64_000_000
"""Bytes of an XLSX file: read in memory, because nothing of an upload is ever written down."""
LARGEST_FILE: Final = 20_000_000_000
"""Bytes of an upload, packed or not, and of what it unpacks to."""
ADDRESS_SPACE: Final = 1_000_000_000
"""Bytes that the process which reads a file may map; libraries reserve several hundred million and never touch them."""
SHOWN: Final = 20
"""Lines of a preview."""


class TicketFileError(DomainError):
    """Base of why a whole file cannot be read."""


class FileCutShort(TicketFileError):
    """The file ends before its own end: an interrupted download or copy."""


class FileDamaged(TicketFileError):
    """A packed file whose content does not fit its own checksum or structure."""


class FileExpandsTooFar(TicketFileError):
    """A packed file that becomes absurdly large: `ratio` times, or beyond `limit_bytes`."""


class FileKindUnread(TicketFileError):
    """A file of a known `kind` that holds no readable table: PDF, old Excel, OpenDocument, web page."""


class ArchiveHoldsSeveral(TicketFileError):
    """An archive with more than one file, or none."""


class LineTooLong(TicketFileError):
    """A line longer than `limit_bytes` begins at `line`."""


class ObjectTooLong(TicketFileError):
    """An object of a JSON document longer than `limit_bytes`, the one at `line`."""


class JsonMalformed(TicketFileError):
    """A JSON document that breaks off or is wrong near byte `position`."""


class JsonWithoutRecords(TicketFileError):
    """A JSON document without a list that could hold tickets; `keys` are those at its top."""


class TableWithoutHeader(TicketFileError):
    """A file in which no line looks like the names of columns."""


class TableTooWide(TicketFileError):
    """A table of more than `limit` columns."""


class TicketFormatUnknown(TicketFileError):
    """There is no format of that name."""


class TicketFileNotRecognised(TicketFileError):
    """A readable file that no format recognises: a profile must say what its `columns` mean."""


class TicketFormatAmbiguous(TicketFileError):
    """Several `formats` recognise the file about as well: a person must say which it is."""


class TicketFormatDoesNotFit(TicketFileError):
    """The format asked for does not recognise the `columns` of this file."""


class LabelsTooMany(TicketFileError):
    """More names of one `kind` (gates, categories…) than an edition may have: the wrong column was taken."""


class FileTooDemanding(TicketFileError):
    """Reading the file needs more memory or time than one file may have."""


class NoRoomLeft(TicketFileError):
    """The disk of the installation is full: nothing of the file was kept."""

    kind = "full"


class UploadStalled(TicketFileError):
    """Nothing of the file arrived for `seconds`."""


class UploadBroken(TicketFileError):
    """Who sent the file went away before its end."""


class FileInAForm(DomainError):
    """A file sent as part of a form, not as it is."""


class ReadersBusy(DomainError):
    """As many files as can be read at once are being read."""

    kind = "throttled"


REFUSALS: Final[dict[str, type[TicketFileError]]] = {kind.code: kind for kind in TicketFileError.__subclasses__()}


class ColumnUse(Struct, frozen=True, kw_only=True):
    """What becomes of a column: a field of ours, or null where it is dropped."""

    column: str
    field: str | None


class Note(Struct, frozen=True, kw_only=True):
    """Something that was handled and must be said, and how many lines it concerns."""

    code: str
    lines: int
    sentence: str | None = None


class ShownLine(Struct, frozen=True, kw_only=True):
    """A line as it is kept: pseudonyms instead of codes."""

    line: int
    kind: FactKind
    values: dict[str, Any]


class RefusedLine(Struct, frozen=True, kw_only=True):
    """A line that is not kept, and why. `text` shows kept names of places and the shape of everything else.

    `params` fill the sentence of the code and hold no value of the file.
    """

    line: int
    column: str | None
    code: str
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    text: str = ""
    sentence: str | None = None


class ProfileUse(Struct, frozen=True, kw_only=True):
    """The profile that a file was read with, as it then was."""

    id: UUID
    name: str
    version: int


class Preview(Struct, frozen=True, kw_only=True):
    """What was understood of a file before it counts."""

    format: str
    because: list[str]
    confidence: int
    container: str
    encoding: str
    delimiter: str | None
    packed: list[str]
    sheet: int | None
    """Which sheet of a workbook was read, from 1; the names of sheets are not kept, they may be those of persons."""
    sheets: int
    path: str
    columns: list[ColumnUse]
    tickets: int
    scans: int
    passed_over: int
    profile: ProfileUse | None = None
    notes: list[Note]
    shown: list[ShownLine]
    refused: list[RefusedLine]


class Converted(Struct, frozen=True, kw_only=True):
    """A file after reading: what is kept of it lies in the draft, what is not in the list of refusals."""

    sha256: bytes
    size: int
    lines_read: int
    lines_refused: int
    draft_sha256: bytes | None
    draft_bytes: int
    refusals_sha256: bytes | None
    refusals_bytes: int
    preview: Preview


class ColumnGuess(Struct, frozen=True, kw_only=True):
    """What a column looks like, without a value of it: `shapes` write a for a letter and 0 for a digit."""

    column: str
    field: str | None
    kind: str
    filled: int
    different: int
    longest: int
    shapes: list[str]


class FileGuess(Struct, frozen=True, kw_only=True):
    """What the beginning of a file looks like."""

    format: str | None
    because: list[str]
    confidence: int
    container: str
    encoding: str
    delimiter: str | None
    packed: list[str]
    sheets: list[str]
    path: str
    columns: list[ColumnGuess]
    profile: Profile | None
    """A profile to begin with, where no format is sure."""
    unknown_words: dict[str, list[str]]
    """Words of its columns that nobody understands yet: the profile must say what they mean."""

"""Downloads: streamed from the store, only through what refers to them, never as a page of this site."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from events_api.domain.errors import NotFound
from events_api.domain.files import FileStore
from events_api.domain.tickets.files import FileInAForm
from events_api.handlers.answers import not_modified
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read.connections import Pool
from events_api.read.publication import public_file

AnyRequest = Request[Any, Any, Any]
OPAQUE: Final = "application/octet-stream"
ATTACHED: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
}
"""What a file is answered with, so that no browser takes it for a page of this site."""
FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


def no_form(request: AnyRequest) -> None:
    """A form holds the file among other things: kept as a file it would be nonsense."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS:
        raise FileInAForm(field="Content-Type")


async def download(
    request: AnyRequest, pool: Pool, files: FileStore, file_id: UUID, *, media_type: str = OPAQUE
) -> Response[Any]:
    """Answer the bytes of a file; what is not public through anything is not there."""
    file = await public_file(pool, file_id)
    if file is None or not await files.has(file.sha256):
        raise NotFound(kind="file")
    headers = {
        "etag": f'"{file.sha256.hex()}"',
        "cache-control": "public, no-cache",
        "content-disposition": f'attachment; filename="{file.name}"',
        **ATTACHED,
    }
    if not_modified(request, headers["etag"]):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    headers["content-length"] = str(file.size)
    return Stream(files.open(file.sha256), headers=headers, media_type=media_type)


@get(
    "/files/{file_id:uuid}",
    operation_id="readFile",
    summary="Download a file",
    tags=["publication"],
    media_type=OPAQUE,
    responses=READ_PROBLEMS,
)
async def read_file(
    request: AnyRequest,
    file_id: FromPath[UUID],
    pool: NamedDependency[Pool],
    files: NamedDependency[FileStore],
) -> Response[bytes]:
    """A file that something public refers to."""
    return await download(request, pool, files, file_id)


HANDLERS = (read_file,)

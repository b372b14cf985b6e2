"""The files a page loads: our own style sheet and modules, plotly.js and htmx out of their installed packages."""

import gzip
import hashlib
import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from events_api.handlers.pages.base import AnyRequest

_OWN: Final = Path(__file__).parent.parent / "static"
_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_ONE_YEAR: Final = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """One file, plain and compressed, under the address that its content gives it."""

    body: bytes
    gzipped: bytes
    media_type: str
    release: str


def _plotly() -> bytes:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  # slow import

    script: str = get_plotlyjs()
    return script.encode()


def _htmx() -> bytes:
    package = importlib.util.find_spec("js_lib_htmx")
    if package is None or package.origin is None:
        raise FileNotFoundError("js_lib_htmx")
    return (Path(package.origin).parent / "static" / "htmx" / "htmx.min.js").read_bytes()


_PACKAGED: Final[dict[str, Callable[[], bytes]]] = {"plotly.js": _plotly, "htmx.js": _htmx}


@cache
def asset(name: str) -> Asset:
    """Read a file once; an unknown name is a ``KeyError``."""
    if name in _PACKAGED:
        body = _PACKAGED[name]()
    elif name in own_names():
        body = (_OWN / name).read_bytes()
    else:
        raise KeyError(name)
    return Asset(
        body,
        gzip.compress(body, compresslevel=6, mtime=0),
        _MEDIA_TYPES[Path(name).suffix],
        hashlib.sha256(body).hexdigest()[:16],
    )


@cache
def own_names() -> frozenset[str]:
    """The names of our own files."""
    return frozenset(path.name for path in _OWN.iterdir() if path.suffix in _MEDIA_TYPES)


def asset_url(name: str) -> str:
    """Return the address of a file; it changes with the content, so browsers may keep it for ever."""
    return f"/static/{asset(name).release}/{name}"


@get("/static/{release:str}/{name:str}", include_in_schema=False, sync_to_thread=True)
def read_asset(request: AnyRequest, release: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Serve a file; an address of an older release gets today's content, not to be kept."""
    try:
        found = asset(name)
    except KeyError:
        raise NotFoundException from None
    headers = {
        "Cache-Control": _ONE_YEAR if release == found.release else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzipped, media_type=found.media_type, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)

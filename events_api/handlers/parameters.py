"""Parameters of paths with their limits: Litestar reads those of the marker, and drops those of a type inside it."""

from typing import Annotated

from litestar.params import PathParameter

YearInPath = Annotated[int, PathParameter(ge=1, le=9999)]
NumberInPath = Annotated[int, PathParameter(ge=1, le=1_000_000, description="The number of a version, from 1.")]
SlugInPath = Annotated[str, PathParameter(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=80)]
System = Annotated[
    str, PathParameter(pattern=r"^[a-z0-9][a-z0-9_.-]{1,39}\Z", description="The short name of another system.")
]
ExternalId = Annotated[
    str,
    PathParameter(
        pattern=r"^[^\x00-\x1f\x7f/]+\Z", min_length=1, max_length=200, description="The identifier in that system."
    ),
]

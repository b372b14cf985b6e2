"""Refusals: every expected failure is a subclass named as a statement, with typed parameters and no sentence."""

import re
from typing import ClassVar, Literal

Kind = Literal[
    "refused", "absent", "conflict", "forbidden", "unauthenticated", "stale", "unconditional", "throttled", "full"
]


class DomainError(Exception):
    """A refusal: `code` names it for the catalogue, `params` fill its sentence, `field` says where it is."""

    kind: ClassVar[Kind] = "refused"
    code: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params


class AbsentError(DomainError):
    """Base of what was asked for and is not there, or not for this reader."""

    kind = "absent"


class ConflictError(DomainError):
    """Base of what contradicts the present state."""

    kind = "conflict"


class ForbiddenError(DomainError):
    """Base of what this actor may not do."""

    kind = "forbidden"


class NotFound(AbsentError):
    """Nothing of that kind has this identifier, or this reader may not know of it."""


class UnknownReference(DomainError):
    """The value of a field names something that does not exist."""


class AlreadyThere(ConflictError):
    """Another record holds a value that must be unique; `field` says which."""


class RuleBroken(DomainError):
    """A rule held by the database refused the change; `rule` names the constraint."""


class StillInUse(ConflictError):
    """Something that cannot be withdrawn because other records stand on it."""


class AlreadyRetired(ConflictError):
    """The record was withdrawn and can no longer change."""


class StaleVersion(DomainError):
    """Somebody else changed the record since this version was read."""

    kind = "stale"


class VersionRequired(DomainError):
    """A change must say which version it starts from (If-Match)."""

    kind = "unconditional"


class LoginRequired(DomainError):
    """The operation needs to know who asks."""

    kind = "unauthenticated"


class NotAllowed(ForbiddenError):
    """The role of the actor does not include this operation."""


class NotYours(ForbiddenError):
    """The record belongs to an organisation for which the actor does not act."""


class RequestInProgress(ConflictError):
    """A first request with the same idempotency key has not ended yet."""


class KeyReused(DomainError):
    """The idempotency key was used before for another request."""

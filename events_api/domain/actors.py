"""Who acts: a person, a machine, the platform itself or nobody known; and the roles they hold."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Role = Literal[
    "anonymous", "organiser", "gate", "officer", "communication", "elected", "auditor", "administrator", "system"
]
ROLES: tuple[Role, ...] = (
    "anonymous", "organiser", "gate", "officer", "communication", "elected", "auditor", "administrator",
)  # fmt: skip
Scope = Literal["public", "own", "all"]
BREADTH: dict[Scope, int] = {"public": 0, "own": 1, "all": 2}


class Actor(Struct, frozen=True, kw_only=True):
    """Who asks; `organisations` are those an organiser acts for, `edition` the one a gate token is for."""

    kind: Literal["anonymous", "person", "machine", "system"] = "anonymous"
    id: UUID | None = None
    roles: frozenset[Role] = frozenset({"anonymous"})
    organisations: frozenset[UUID] = frozenset()
    edition: UUID | None = None
    may_write: bool = True
    language: Literal["fr", "en"] | None = None

    @property
    def principal(self) -> str:
        """A stable name for what is kept per actor, such as idempotency keys."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor(kind="system", roles=frozenset({"system"}))
NOBODY = Actor()


class Grant(Struct, frozen=True, kw_only=True):
    """What the access table gives an actor for one operation: in which role, and how far it reaches."""

    role: Role
    scope: Scope
    organisations: frozenset[UUID] = frozenset()
    edition: UUID | None = None


EVERYTHING = Grant(role="system", scope="all")

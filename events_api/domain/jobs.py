"""Background work as people see it: the states of a job and what may be asked of one."""

from typing import Literal

from events_api.domain.errors import ConflictError

Queue = Literal["fast", "bulk", "render"]
QUEUES: tuple[Queue, ...] = ("fast", "bulk", "render")
JobState = Literal["queued", "running", "done", "dead", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"done", "dead", "cancelled"})


class JobNotRequeueable(ConflictError):
    """Only a dead or cancelled job can be asked for again; `state` is the present one."""


class JobHasEnded(ConflictError):
    """A job that has ended can no longer be cancelled; `state` is how it ended."""


class JobAlreadyWaiting(ConflictError):
    """A newer request for the same work waits already, so asking for the old one again would do it twice."""

"""Imports of ticket files: their states, and what may be asked of them."""

from typing import Literal

from events_api.domain.errors import ConflictError, DomainError

TicketImportState = Literal["previewed", "queued", "done", "failed", "undone"]


class TicketImportNotStartable(ConflictError):
    """Only what was previewed, undone or failed can be started; `state` is the present one."""


class TicketImportNotDone(ConflictError):
    """Only an import that is done can be undone; `state` is the present one."""


class TicketDraftGone(ConflictError):
    """What was read of a file is no longer kept: it has to be brought again."""


class TooManyLabels(DomainError):
    """An edition has more gates, sessions, categories, origins or devices than can be numbered; `kind`, `limit`."""


class TimeOutOfRange(DomainError):
    """A scan before 1970 or after 2148."""


class TooManyMinutes(DomainError):
    """Passages in more than `limit` different minutes: the column of times holds something else."""

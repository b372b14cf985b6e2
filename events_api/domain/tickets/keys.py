"""The keys of ticket pseudonyms: how long an edition has one, and what may no longer be asked once it is destroyed."""

import datetime as dt
from typing import Final

from events_api.domain.errors import AbsentError, ConflictError, DomainError

MONTHS_AFTER_END: Final = 24
"""A key is destroyed so long after the last day of its edition: the end of the control of its subsidies."""
MONTHS_AFTER_MADE: Final = 3
"""A key lives at least so long, so that the files of an edition of former years can be brought one after the other."""


class TicketKeyDestroyed(ConflictError):
    """Tickets of an edition whose key was destroyed: its counts stand, no ticket can be added or found again."""


class TicketKeyAbsent(AbsentError):
    """No ticket of this edition was ever brought: it has no key."""


class TicketKeyExpiryPast(DomainError):
    """A key is to expire on a day that is over or today; what is meant is to destroy it. `on` is the day."""


def require_future(on: dt.date | None, today: dt.date) -> None:
    """A day of expiry that leaves time to think again; None is the default of every edition."""
    if on is not None and on <= today:
        raise TicketKeyExpiryPast(field="on", on=on)

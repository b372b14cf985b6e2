"""People and machines: accounts, memberships, tokens, sessions, and what keeps strangers out."""

import datetime as dt

from events_api.domain.errors import DomainError, ForbiddenError

SESSION_IDLE = dt.timedelta(hours=8)
SESSION_LIFE = dt.timedelta(hours=24)
TOKEN_PREFIX = "evt_"  # noqa: S105  what every token begins with, so that scanners of leaks know it


class TokenRefused(DomainError):
    """A token that is unknown, expired or revoked."""

    kind = "unauthenticated"


class SessionEnded(DomainError):
    """A session that expired, was ended, or never was."""

    kind = "unauthenticated"


class CrossSiteRequest(ForbiddenError):
    """A request that a page of another site made the browser send."""


class FormTokenMissing(ForbiddenError):
    """A change that came with a cookie but without the token of its form."""

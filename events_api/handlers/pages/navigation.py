"""Which pages each role finds in the navigation and on the site map."""

from typing import Final, NamedTuple

ROLES: Final = (
    "anonymous",
    "organiser",
    "gate",
    "officer",
    "communication",
    "elected",
    "auditor",
    "administrator",
)
EVERYONE: Final = frozenset(ROLES)


class Entry(NamedTuple):
    """A page of the navigation: the key of its label, its address, the roles it is shown to."""

    label: str
    url: str
    roles: frozenset[str] = EVERYONE


class Groups(NamedTuple):
    """The navigation of one role: pages for all, pages for work, pages about the site."""

    public: tuple[Entry, ...]
    work: tuple[Entry, ...]
    about: tuple[Entry, ...]


PUBLIC: Final = (Entry("nav.home", "/"), Entry("nav.calendar", "/calendrier"), Entry("nav.events", "/evenements"))
WORK: Final[tuple[Entry, ...]] = ()
ABOUT: Final = (
    Entry("nav.help", "/help"),
    Entry("nav.accessibility", "/accessibility"),
    Entry("nav.legal", "/legal"),
    Entry("nav.privacy", "/privacy"),
    Entry("nav.api", "/api/v1/docs"),
    Entry("nav.site_map", "/site-map"),
)


def groups_for(role: str) -> Groups:
    """Return the navigation of a role."""
    return Groups(*(tuple(entry for entry in group if role in entry.roles) for group in (PUBLIC, WORK, ABOUT)))

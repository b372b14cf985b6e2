"""Which pages each role finds in the navigation and on the site map."""

from typing import Final, NamedTuple

from events_api.domain.access import ACCESS
from events_api.domain.actors import ROLES, Role

EVERYONE: Final[frozenset[Role]] = frozenset(ROLES)


class Entry(NamedTuple):
    """A page of the navigation: the key of its label, its address, the roles it is shown to."""

    label: str
    url: str
    roles: frozenset[Role] = EVERYONE


class Groups(NamedTuple):
    """The navigation of one role: pages for all, pages for work, pages about the site."""

    public: tuple[Entry, ...]
    work: tuple[Entry, ...]
    about: tuple[Entry, ...]


PUBLIC: Final = (
    Entry("nav.home", "/"),
    Entry("nav.calendar", "/calendrier"),
    Entry("nav.events", "/evenements"),
    Entry("dashboard.many", "/tableau-de-bord"),
    Entry("annex.many", "/annexe"),
    Entry("methods.title", "/methodes"),
    Entry("sets.title", "/hypotheses"),
)


def roles_of(operation: str) -> frozenset[Role]:
    """The roles that the access table opens an operation to."""
    return frozenset(ACCESS[operation])


PROGRAMME: Final = roles_of("createEvent")

WORK: Final[tuple[Entry, ...]] = (
    Entry("editing.title", "/editing", roles_of("takeEditorialStep")),
    Entry("record.organisation.many", "/manage/organisations", PROGRAMME),
    Entry("record.event.many", "/manage/events", PROGRAMME),
    Entry("record.edition.many", "/manage/editions", PROGRAMME),
    Entry("record.place.many", "/manage/places", PROGRAMME),
    Entry("record.attendance_report.many", "/manage/reports", roles_of("listAttendanceReports")),
    Entry("attendance.many", "/manage/attendance", roles_of("readAttendance")),
    Entry("impact.years", "/manage/impact", roles_of("readImpactYear")),
    Entry("record.subsidy.many", "/manage/subsidies", roles_of("listSubsidies")),
    Entry("record.account.many", "/manage/accounts", roles_of("listAccounts")),
    Entry("record.membership.many", "/manage/memberships", roles_of("listMemberships")),
    Entry("record.api_token.many", "/manage/tokens", roles_of("listTokens")),
    Entry("jobs.title", "/jobs", roles_of("listJobs")),
    Entry("audit.title", "/audit", roles_of("listAuditEntries")),
)
ABOUT: Final = (
    Entry("nav.help", "/help"),
    Entry("nav.accessibility", "/accessibility"),
    Entry("nav.legal", "/legal"),
    Entry("nav.privacy", "/privacy"),
    Entry("nav.api", "/api/v1/docs"),
    Entry("nav.site_map", "/site-map"),
)


def groups_for(roles: frozenset[Role]) -> Groups:
    """Return the navigation of somebody who holds these roles."""
    return Groups(
        *(
            tuple(entry for entry in group if entry.roles is EVERYONE or entry.roles & roles)
            for group in (PUBLIC, WORK, ABOUT)
        )
    )

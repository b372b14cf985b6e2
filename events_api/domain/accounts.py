"""People and machines: accounts, memberships, tokens, sessions, and what keeps strangers out."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from msgspec import Meta, field

from events_api.domain.errors import DomainError, ForbiddenError
from events_api.domain.programme import Edition, EndsBeforeStart, no_repeats
from events_api.domain.records import Entity, Instant, Work, record

SESSION_IDLE: Final = dt.timedelta(hours=8)
SESSION_LIFE: Final = dt.timedelta(hours=24)
INVITATION_LIFE: Final = dt.timedelta(days=7)
TOKEN_LIFE_MAX: Final = dt.timedelta(days=731)
TOKEN_PREFIX: Final = "evt_"  # noqa: S105  what every token begins with, so that scanners of leaks know it
FAILURES_WINDOW: Final = dt.timedelta(minutes=15)
FAILURES_OF_ACCOUNT: Final = 5
FAILURES_OF_ADDRESS: Final = 30
SHORTEST_PASSWORD: Final = 12

Email = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+\Z",
        max_length=254,
        description="E-mail address in small letters.",
    ),
]
Label = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
Password = Annotated[str, Meta(max_length=1000, description="12 characters at least.")]
HeldRole = Literal["organiser", "officer", "communication", "elected", "auditor", "administrator"]
TokenRole = Literal["organiser", "gate", "officer", "communication", "elected", "auditor", "administrator"]
TokenScope = Literal["read", "write"]

# What people write when a password must be long, without the figures and signs they put around it.
_COMMON: Final = re.compile(
    "(?:password|passwort|motdepasse|mdp|passe|azerty(?:uiop)?|qsdfghjklm|wxcvbn|qwerty(?:uiop)?|asdfghjkl|zxcvbnm|"
    "abcdef(?:gh)?(?:ij)?|admin(?:istrat(?:eu|o)r)?|root|user|utilisateur|login|connexion|welcome|bienvenue|bonjour|"
    "soleil|marseille|provence|metropole|aixenprovence|olympique|allezlom|iloveyou|jetaime|doudou|loulou|chouchou|"
    "princesse|football|letmein|changeme|changezmoi|secret|temporaire|festival|evenements?|default|testtest|test)*"
)
_LEET: Final = str.maketrans("@4$50137!", "aassoleti")


class TokenRefused(DomainError):
    """A token that is unknown, expired or revoked."""

    kind = "unauthenticated"


class SessionEnded(DomainError):
    """A session that expired, was ended, or never was."""

    kind = "unauthenticated"


class WrongCredentials(DomainError):
    """An e-mail address and a password that do not go together; says nothing about which."""

    kind = "unauthenticated"


class CurrentPasswordWrong(DomainError):
    """A change of password by somebody who does not know the present one."""


class InvitationRefused(DomainError):
    """An invitation that is unknown, used or too old."""


class AccountClosedForNow(DomainError):
    """Too many failed logins for one account."""

    kind = "throttled"


class AddressClosedForNow(DomainError):
    """Too many failed logins from one network address."""

    kind = "throttled"


class TooManyRequests(DomainError):
    """More at once than the platform takes on."""

    kind = "throttled"


class CrossSiteRequest(ForbiddenError):
    """A request that a page of another site made the browser send."""


class FormTokenMissing(ForbiddenError):
    """A change that came with a cookie but without the token of its form."""


class EmailMissing(DomainError):
    """An account without an e-mail address that was not erased."""


class PasswordTooShort(DomainError):
    """A password below the least length."""


class PasswordHoldsEmail(DomainError):
    """A password made with the e-mail address of its owner."""


class PasswordCommon(DomainError):
    """A password that is among the first to be tried."""


class OrganisationMissing(DomainError):
    """The role of organiser is held for an organisation."""


class OrganisationUnexpected(DomainError):
    """Only organisers act for one organisation."""


class EditionMissing(DomainError):
    """A gate token is for one edition."""


class EditionUnexpected(DomainError):
    """Only gate tokens are for one edition."""


class ReadScopeMissing(DomainError):
    """A token that could write and not read back."""


class ExpiryOutOfRange(DomainError):
    """A token that ends before it begins, or lives too long."""


class NotOneOrganisation(DomainError):
    """A text by which no organisation is known, or more than one."""


class Account(Entity, frozen=True, kw_only=True):
    """A person. Erasure leaves the row, empty, for the trail that points at it."""

    managed: ClassVar[frozenset[str]] = frozenset({"erased_at"})

    email: Email | None
    display_name: Label | None
    language: Literal["fr", "en"] = "fr"
    erased_at: dt.datetime | None = None

    def check(self) -> None:
        if self.erased_at is None and self.email is None:
            raise EmailMissing(field="email")


class Membership(Entity, frozen=True, kw_only=True):
    """A role of a person, for a while; organisers hold it for one organisation."""

    account_id: UUID
    role: HeldRole
    organisation_id: UUID | None = None
    starts_on: dt.date
    ends_on: dt.date | None = None

    def check(self) -> None:
        _organisation_goes_with(self.role, self.organisation_id)
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise EndsBeforeStart(field="ends_on", starts=self.starts_on, ends=self.ends_on)


class ApiToken(Entity, frozen=True, kw_only=True):
    """What a machine shows to act in a role; the secret itself is never kept."""

    managed: ClassVar[frozenset[str]] = frozenset({"hint", "last_used_at", "created_by"})

    name: Label
    role: TokenRole
    organisation_id: UUID | None = None
    edition_id: UUID | None = None
    scopes: Annotated[list[TokenScope], Meta(min_length=1, max_length=2)] = field(
        default_factory=lambda: ["read", "write"]
    )
    expires_at: Instant
    hint: str
    last_used_at: dt.datetime | None = None
    created_by: UUID | None = None

    def check(self) -> None:
        _organisation_goes_with(self.role, self.organisation_id)
        if self.role == "gate" and self.edition_id is None:
            raise EditionMissing(field="edition_id")
        if self.role != "gate" and self.edition_id is not None:
            raise EditionUnexpected(field="edition_id")
        no_repeats(self.scopes, "scopes")
        if "read" not in self.scopes:
            raise ReadScopeMissing(field="scopes")
        if not self.created_at < self.expires_at <= self.created_at + TOKEN_LIFE_MAX:
            raise ExpiryOutOfRange(field="expires_at", days=TOKEN_LIFE_MAX.days)

    async def owners(self, work: Work) -> frozenset[UUID]:
        if self.organisation_id is not None:
            return frozenset({self.organisation_id})
        if self.edition_id is not None:
            return await (await work.of(Edition).lock(self.edition_id)).owners(work)
        return frozenset()


async def register(
    work: Work,
    *,
    email: str,
    display_name: str,
    language: Literal["fr", "en"],
    role: HeldRole | None,
    organisation_id: UUID | None,
    today: dt.date,
) -> Account:
    """Create an account and, where one is given, its first role, from today on."""
    values = {"email": email, "display_name": display_name, "language": language}
    account = await record(work, Account, values)
    if role is not None:
        membership = {"role": role, "organisation_id": organisation_id, "starts_on": today}
        await record(work, Membership, {"account_id": account.id} | membership)
    return account


def _organisation_goes_with(role: str, organisation_id: UUID | None) -> None:
    if role == "organiser" and organisation_id is None:
        raise OrganisationMissing(field="organisation_id")
    if role != "organiser" and organisation_id is not None:
        raise OrganisationUnexpected(field="organisation_id")


def check_password(password: str, email: str) -> None:
    """Refuse a password that is short, made with the e-mail address, or among the first to be tried."""
    normal = unicodedata.normalize("NFKC", password)
    if len(normal) < SHORTEST_PASSWORD:
        raise PasswordTooShort(field="password", shortest=SHORTEST_PASSWORD)
    lower = normal.casefold()
    local = email.partition("@")[0]
    if email in lower or (len(local) >= 4 and local in lower):
        raise PasswordHoldsEmail(field="password")
    if len(set(lower)) < 5 or any(_COMMON.fullmatch(word) for word in _cores(lower)):
        raise PasswordCommon(field="password")


def _cores(password: str) -> set[str]:
    """What is left of a password without accents, and without the figures and signs that hide a word."""
    plain = "".join(c for c in unicodedata.normalize("NFD", password) if not unicodedata.combining(c))
    worn = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain).translate(_LEET)
    return {re.sub("[^a-z]", "", plain), re.sub("[^a-z]", "", worn)}


def closed_until(failures: Sequence[dt.datetime], limit: int, now: dt.datetime) -> dt.datetime | None:
    """Until when logins are closed after these failures, or None while one more may be tried."""
    recent = sorted(at for at in failures if at > now - FAILURES_WINDOW)
    return recent[-limit] + FAILURES_WINDOW if len(recent) >= limit else None


def refuse_while_closed(of_account: Sequence[dt.datetime], of_address: Sequence[dt.datetime], now: dt.datetime) -> None:
    """Refuse a login after too many failures, and say how long and why; nothing in it depends on the account."""
    for refusal, failures, limit in (
        (AccountClosedForNow, of_account, FAILURES_OF_ACCOUNT),
        (AddressClosedForNow, of_address, FAILURES_OF_ADDRESS),
    ):
        until = closed_until(failures, limit, now)
        if until is not None:
            raise refusal(
                failures=limit,
                minutes=int(FAILURES_WINDOW.total_seconds() // 60),
                until=until,
                retry_after_seconds=max(1, int((until - now).total_seconds()) + 1),
            )

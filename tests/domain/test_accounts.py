"""Which passwords are refused, and for how long logins close."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.accounts import (
    FAILURES_OF_ACCOUNT,
    FAILURES_WINDOW,
    PasswordCommon,
    PasswordHoldsEmail,
    PasswordTooShort,
    check_password,
    closed_until,
)

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
EMAIL = "camille.durand@example.org"


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("court", PasswordTooShort),
        ("onze lettre", PasswordTooShort),
        ("123456789012", PasswordCommon),
        ("aaaaaaaaaaaabbb", PasswordCommon),
        ("Password2026!", PasswordCommon),
        ("P@ssw0rd2026!!", PasswordCommon),
        ("MotDePasse1234", PasswordCommon),
        ("azertyuiop123456", PasswordCommon),
        ("Été2026-Marseille", None),
        ("Marseille-13000!", PasswordCommon),
        ("admin-admin-2026", PasswordCommon),
        ("camille.durand2026", PasswordHoldsEmail),
        ("Camille.Durand@example.org", PasswordHoldsEmail),
        ("trois barques et un phare", None),
        ("correct cheval pile agrafe", None),
    ],
)
def test_a_password_is_refused_for_what_makes_it_easy(password: str, refusal: type[Exception] | None) -> None:
    if refusal is None:
        check_password(password, EMAIL)
    else:
        with pytest.raises(refusal):
            check_password(password, EMAIL)


@given(st.text(max_size=60))
def test_every_text_is_accepted_or_refused_for_a_reason(password: str) -> None:
    try:
        check_password(password, EMAIL)
    except (PasswordTooShort, PasswordCommon, PasswordHoldsEmail):
        return
    assert len(password) >= 4  # one character may stand for three (NFKC)


@given(st.lists(st.integers(min_value=0, max_value=3600), max_size=30))
def test_logins_are_closed_while_the_window_holds_too_many_failures(seconds: list[int]) -> None:
    failures = [NOW - dt.timedelta(seconds=ago) for ago in seconds]

    until = closed_until(failures, FAILURES_OF_ACCOUNT, NOW)

    recent = [at for at in failures if at > NOW - FAILURES_WINDOW]
    assert (until is not None) == (len(recent) >= FAILURES_OF_ACCOUNT)
    if until is not None:
        assert NOW < until <= NOW + FAILURES_WINDOW
        assert closed_until(failures, FAILURES_OF_ACCOUNT, until) is None

"""Holding up those who guess passwords or codes: per account and per address, longer each time.

django-axes counts the failures in the database, so that all processes and restarts agree; this module says
what the counts mean. GB/T 22239-2019 8.1.4.1 asks for a limit on failed sign-ins; assessors ask for five.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.db.models import Max, Q, Sum
from django.http import HttpRequest
from django.utils import timezone

FAILURES = 5
"""Failures on one account, whatever the address, after which it is held up."""
ADDRESS_SHARE = 4
"""Failures from one address count a quarter: a whole office may stand behind one address."""
FIRST = timedelta(minutes=5)
LONGEST = timedelta(minutes=60)
FORGET = timedelta(hours=24)
"""Failures older than this no longer count."""


@dataclass(frozen=True)
class Lock:
    """Why and until when a sign-in is held up. ``by`` is 'account' or 'address'."""

    by: str
    failures: int
    until: datetime

    @property
    def minutes(self) -> int:
        """Return how many minutes are left, at least one."""
        return max(1, -(-int((self.until - timezone.now()).total_seconds()) // 60))


def plain_username(text: object) -> str:
    """Return a user name as it is counted: spelling variants of one account count together."""
    return unicodedata.normalize("NFKC", str(text or "")).strip().casefold()[:150]


def username_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the user name of an attempt (axes' AXES_USERNAME_CALLABLE): 'username' or the form's 'login'."""
    given = dict(credentials or {}) or {"login": request.POST.get("login", "")}
    return plain_username(given.get("username") or given.get("login"))


def waiting(failures: int) -> timedelta:
    """Return how long the next attempt is held up: nothing below five, then 5, 10, 20, 40, 60 minutes."""
    if failures < FAILURES:
        return timedelta()
    doublings: int = min(failures - FAILURES, 10)
    return min(LONGEST, FIRST * (1 << doublings))


def lock_of(*, username: str, address: str | None) -> Lock | None:
    """Return the lock that holds up a sign-in now (one query), the longer of the two; None when it is free."""
    recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - FORGET)
    named, placed = Q(username=plain_username(username)), Q(ip_address=address)
    found = recent.filter(named | placed).aggregate(
        account=Sum("failures_since_start", filter=named),
        account_at=Max("attempt_time", filter=named),
        address=Sum("failures_since_start", filter=placed),
        address_at=Max("attempt_time", filter=placed),
    )
    locks = []
    for by, share in (("account", 1), ("address", ADDRESS_SHARE)):
        failures = (found[by] or 0) // share
        if failures >= FAILURES and (by == "account" or address):
            locks.append(Lock(by, found[by], found[f"{by}_at"] + waiting(failures)))
    held = [lock for lock in locks if lock.until > timezone.now()]
    return max(held, key=lambda lock: lock.until, default=None)


def request_lock(request: HttpRequest, username: str) -> Lock | None:
    """Return the lock on this account or on the address of this request."""
    AxesProxyHandler.update_request(request)
    return lock_of(username=username, address=request.__dict__["axes_ip_address"])


def locked_usernames() -> dict[str, Lock]:
    """Return the accounts that are held up now, by user name as counted (one query)."""
    rows = (
        AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - FORGET)
        .values("username")
        .annotate(n=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(n__gte=FAILURES)
    )
    now = timezone.now()
    locks = {str(row["username"]): Lock("account", row["n"], row["last"] + waiting(row["n"])) for row in rows}
    return {name: lock for name, lock in locks.items() if lock.until > now}


def count_failure(request: HttpRequest, username: str) -> None:
    """Count a failed second factor like a failed password: who knows the password may not guess the code."""
    AxesProxyHandler.user_login_failed(None, credentials={"username": username}, request=request)


def clear(username: str) -> int:
    """Forget the failures of one account and of the addresses they came from; return how many rows went.

    For access.actions.unlock_account, which checks who may and records it.
    """
    name = plain_username(username)
    places = AccessAttempt.objects.filter(username=name).values_list("ip_address", flat=True)
    return int(AccessAttempt.objects.filter(Q(username=name) | Q(ip_address__in=list(places))).delete()[0])


def forget_old() -> int:
    """Delete failures that no longer count; return how many."""
    return int(AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - FORGET).delete()[0])


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """The counting of axes with our meaning: back-off instead of one limit, and no way to reset an address."""

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
        """Return whether the sign-in is held up."""
        return request_lock(request, username_of(request, credentials)) is not None

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> int:
        """Return enough failures to lock exactly when a lock is in force; axes compares with its limit."""
        return FAILURES if self.is_locked(request, credentials) else 0

    def clean_expired_user_attempts(self, *_args: Any, **_kwargs: Any) -> int:
        """Delete only what no longer counts for anybody; axes' own rule would free other accounts early."""
        return forget_old()

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
        """Forget the failures of the account that signed in, but not those of its address.

        Otherwise a guesser with one account of his own could set the count of his address back at will.
        """
        AccessAttempt.objects.filter(username=plain_username(user.get_username())).delete()

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
        """Do nothing: sessions are kept by access.sessions."""


class LockoutBackend(AxesStandaloneBackend):  # type: ignore[misc]
    """Stands in front of the real back end and refuses held-up sign-ins.

    Without a request (our own code, never a page) there is nothing to hold up.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Raise PermissionDenied while the account or the address is held up, else leave it to the next."""
        if request is not None:
            super().authenticate(request, **credentials)

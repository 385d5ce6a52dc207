"""Sessions: recorded when they begin, ended by their owner, by an administrator, by time or by a new password."""

from __future__ import annotations

import time
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.accounts.address import browser_of, client_address
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import SESSION_TOPIC, announce, session_digest
from pingzhan.kernel.errors import NotFound

ABSOLUTE_SECONDS = 12 * 3600
"""No session lives longer, however busy."""
NOTE_SECONDS = 60
"""How exactly it is known when a session was last used."""
KEEP = timedelta(days=180)
"""Sign-ins are kept this long (CSL 23(3): at least six months)."""
_SINCE, _SEEN, _ROW = "pz_since", "pz_seen", "pz_row"


def begin(request: HttpRequest, user: User, *, way: str, factor: str) -> SignIn:
    """Record a sign-in and start the session's clocks; called when Django has made the session."""
    now = int(time.time())
    request.session[_SINCE] = now
    request.session[_SEEN] = now
    key = request.session.session_key
    if key:
        SignIn.objects.filter(session_key=key).update(session_key=None, ended_at=Now(), ended_by="replaced")
    row = SignIn.objects.create(
        user=user,
        way=way,
        factor=factor,
        address=client_address(request),
        browser=browser_of(request),
        session_key=key,
        seen_at=Now(),
    )
    request.session[_ROW] = row.pk
    return row


def follow_key(request: HttpRequest) -> None:
    """Tie the record to the session's present key: Django changes it when the owner changes his password."""
    row = request.session.get(_ROW)
    if row is None:
        return
    SignIn.objects.filter(pk=row, session_key__isnull=False).update(session_key=request.session.session_key)


def failed(request: HttpRequest | None, user: User | None, *, way: str = "password") -> None:
    """Record a failed sign-in, so that the owner of the account sees it."""
    SignIn.objects.create(
        user=user,
        ok=False,
        way=way,
        address=client_address(request) if request is not None else None,
        browser=browser_of(request) if request is not None else "",
    )


def ages(request: HttpRequest) -> tuple[int, int]:
    """Return the seconds since the session began and since a person last used it (0, 0 when unknown)."""
    now = int(time.time())
    return (now - int(request.session.get(_SINCE, now)), now - int(request.session.get(_SEEN, now)))


def note_use(request: HttpRequest) -> None:
    """Note that a person uses the session now; writes at most once a minute."""
    if _SINCE not in request.session:
        request.session[_SINCE] = int(time.time())
    _age, idle = ages(request)
    if _SEEN not in request.session or idle >= NOTE_SECONDS:
        request.session[_SEEN] = int(time.time())
        SignIn.objects.filter(session_key=request.session.session_key).update(seen_at=Now())


def end_key(session_key: str | None, *, by: str) -> None:
    """Close the record of one session and its open streams, and delete the session itself."""
    if not session_key:
        return
    SignIn.objects.filter(session_key=session_key).update(session_key=None, ended_at=Now(), ended_by=by)
    Session.objects.filter(pk=session_key).delete()
    announce(SESSION_TOPIC, {"session": session_digest(session_key)})


def open_sessions(user: User) -> QuerySet[SignIn]:
    """Return the open sessions of an account, the newest first."""
    return SignIn.objects.filter(
        user=user, session_key__isnull=False, at__gt=Now() - timedelta(seconds=ABSOLUTE_SECONDS)
    )


@transaction.atomic
def end_session(*, session_id: int, by: Actor) -> None:
    """End one of the actor's own sessions; NotFound for anybody else's. Recorded in the trail."""
    own = SignIn.objects.filter(user__isnull=False, user=by.user_id, session_key__isnull=False)
    found = own.filter(pk=session_id).first()
    if found is None:
        raise NotFound(_("这个登录已经结束。"), code="session_gone")
    end_key(found.session_key, by="owner")
    record("account.session_ended", by=by, subject=("account", by.user_id))


@transaction.atomic
def end_others(*, keep_key: str | None, by: Actor) -> int:
    """End every session of the actor but the one he works in; return how many. Recorded in the trail."""
    count = 0
    for key in SignIn.objects.filter(user=by.user_id, session_key__isnull=False).values_list(
        "session_key", flat=True
    ):
        if key != keep_key:
            end_key(key, by="owner")
            count += 1
    record("account.sessions_ended", by=by, subject=("account", by.user_id), body={"count": count})
    return count


def end_all(user: User, *, by: str) -> int:
    """End every session of an account, for a caller that records why; return how many."""
    keys = list(
        SignIn.objects.filter(user=user, session_key__isnull=False).values_list("session_key", flat=True)
    )
    for key in keys:
        end_key(key, by=by)
    return len(keys)


def tidy() -> None:
    """Close the records of sessions whose time is up, delete old sign-ins and dead sessions (daily loop)."""
    SignIn.objects.filter(
        session_key__isnull=False, at__lte=Now() - timedelta(seconds=ABSOLUTE_SECONDS)
    ).update(session_key=None, ended_at=Now(), ended_by="expired")
    SignIn.objects.filter(at__lt=Now() - KEEP).delete()
    Session.objects.filter(expire_date__lt=Now()).delete()

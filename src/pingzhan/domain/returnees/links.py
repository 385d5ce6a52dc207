"""The signed link by which a worker declares his own return: one application, a limited time, no sign-in.

The token holds the application's number and its end and nothing of the person; a wrong one is refused without
saying whether the application exists. It can do nothing but fill in this one form.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import caches
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from pingzhan.domain.returnees import parameters
from pingzhan.domain.returnees.models import Application
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.accounts.shared import count_within
from pingzhan.kernel.errors import DomainError, Refused

MOST = 30
"""Wrong tokens and sent forms from one address within the window."""
WINDOW = 600
_signer = Signer(salt="pingzhan.returnees.declare")


class TooMany(DomainError):
    """Too many tries from one address."""

    status = 429
    code = "too_many"


def token_for(application: Application, moment: datetime) -> str:
    """Return the token of an application, valid from ``moment`` (aware) for the days of the setting."""
    until = int((moment + timedelta(days=parameters.link_days())).timestamp())
    return _signer.sign(f"{application.pk}.{until}")


def open_link(token: str, moment: datetime, *, source: str) -> Application:
    """Return the application behind a link. Raises Refused for an altered, foreign or expired one, TooMany.

    ``source`` is the address it is opened from; what does not fit is counted by it.
    """
    check_tries(source)
    try:
        pk, until = (int(part) for part in _signer.unsign(token).split("."))
    except (BadSignature, ValueError) as error:
        count(source)
        raise Refused(
            _("填报链接不完整或被改动，不能使用。"), hint=_("请让企业联系人重新发送。"), code="link_bad"
        ) from error
    found = (
        Application.objects.select_related("enterprise", "employment__individual").filter(pk=pk).first()
        if moment.timestamp() < until
        else None
    )
    if found is None or not found.is_open:
        raise Refused(
            _("填报链接已过期或返岗已办结。"), hint=_("请让企业联系人重新发送。"), code="link_expired"
        )
    return found


def worker_actor() -> Actor:
    """Return the actor of a link: no account, no rights, and no name, since the trail outlives the ledger."""
    return Actor(kind="link", user_id=None, person_id=None, name=_("职工本人"))


def count(source: str) -> int:
    """Count a try from an address and return how many there were in the window."""
    return count_within(f"returnees:{source}", WINDOW)


def check_tries(source: str) -> None:
    """Raise TooMany when an address has tried too often of late."""
    if int(caches["default"].get(f"returnees:{source}") or 0) >= MOST:
        raise TooMany(_("操作过于频繁。"), hint=_("请十分钟后再试。"))

"""The address at which an enterprise's workers say that they feel ill: no sign-in, nothing but this one form.

The token holds the enterprise's number and which issue of the link it is, and nothing of a person. It may hang on
a wall, so it tells of nobody: the answer is the same whether an employee number exists or not.
"""

from __future__ import annotations

from django.core.cache import caches
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from pingzhan.domain.health.models import SymptomLink
from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.accounts.shared import count_within
from pingzhan.kernel.errors import DomainError, Refused

MOST = 30
"""Wrong tokens and sent forms from one address within the window; a shift behind one address fits."""
WINDOW = 600
_signer = Signer(salt="pingzhan.health.feeling")


class TooMany(DomainError):
    """Too many tries from one address, or too many reports that nobody has looked at."""

    status = 429
    code = "too_many"


def token_of(link: SymptomLink) -> str:
    """Return the token of a link; it works until the enterprise makes a new one."""
    return _signer.sign(f"{link.enterprise_id}.{link.issue}")


def open_link(token: str, *, source: str) -> Unit:
    """Return the enterprise behind a link. Raises Refused for an altered or ended one, TooMany.

    ``source`` is the address it is opened from; what does not fit is counted by it.
    """
    check_tries(source)
    try:
        pk, issue = (int(part) for part in _signer.unsign(token).split("."))
    except (BadSignature, ValueError):
        pk, issue = 0, 0
    found = (
        SymptomLink.objects.select_related("enterprise")
        .filter(enterprise=pk, issue=issue)
        .exclude(enterprise__enterprise__status=EnterpriseStatus.CLOSED)
        .first()
    )
    if found is None:
        count(source)
        raise Refused(
            _("链接不完整或已停用。"), hint=_("身体不适请直接电话告诉企业联系人。"), code="link_bad"
        )
    return found.enterprise


def worker_actor() -> Actor:
    """Return the actor of the link: no account and no rights."""
    return Actor(kind="link", user_id=None, person_id=None, name=_("职工自报"))


def count(source: str) -> int:
    """Count a try from an address and return how many there were in the window."""
    return count_within(f"feeling:{source}", WINDOW)


def check_tries(source: str) -> None:
    """Raise TooMany when an address has tried too often of late."""
    if int(caches["default"].get(f"feeling:{source}") or 0) >= MOST:
        raise TooMany(_("操作过于频繁。"), hint=_("请十分钟后再试；情况紧急请直接电话告诉企业联系人。"))

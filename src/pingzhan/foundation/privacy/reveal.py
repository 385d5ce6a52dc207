"""Opening personal values on the record: who, whose, which fields, why; at most so many an hour."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound

LIMIT = "privacy.reveals_per_hour"
"""Key of the option."""
REASON_LENGTH = (4, 60)
_VERB, _LIMITED = "privacy.revealed", "privacy.reveal_limited"
_DIGITS = re.compile(r"\d{6,}")
_LOCK = 0x505A5256
"""First key of the advisory lock per account ('PZRV')."""
Sealed = bytes | memoryview | None


class TooMany(DomainError):
    """The actor has looked at too many persons within the hour."""

    status = 429
    code = "too_many_reveals"


@dataclass(frozen=True)
class Revealable:
    """What one object offers: whose it is, the sealed fields, their labels, and the unit it belongs to.

    ``masked`` is how the values are shown before and after.
    """

    subject_id: int
    fields: Mapping[str, Sealed]
    unit_path: str = "/"
    labels: Mapping[str, str | Promise] = field(default_factory=dict)
    masked: Mapping[str, str] = field(default_factory=dict)


Finder = Callable[[Actor, int], Revealable]
_finders: dict[str, Finder] = {}


def register_revealable(kind: str, finder: Finder) -> None:
    """Have objects of a kind opened through the page.

    ``finder(actor, id)`` returns the object's sealed fields when the actor may see the object itself, and
    raises NotFound otherwise (visible_to); the permission to open is checked afterwards, for its unit.
    """
    _finders[kind] = finder


def locate(kind: str, pk: int, *, by: Actor) -> Revealable:
    """Return what an object holds, still sealed. NotFound for an unknown kind or one the actor may not see."""
    finder = _finders.get(kind)
    if finder is None or not by.is_signed_in:
        raise NotFound(_("没有找到要查看的内容。"))
    return finder(by, pk)


def find(kind: str, pk: int, *, by: Actor) -> Revealable:
    """Return what an object offers for opening. NotFound as locate, Refused without the right for its unit."""
    found = locate(kind, pk, by=by)
    require(by, Permission.REVEAL_PERSONAL, found.unit_path)
    return found


def reveal(
    *, subject_id: int, fields: Mapping[str, Sealed], reason: str, by: Actor, unit_path: str = "/"
) -> dict[str, str]:
    """Open the fields and record who did it and why; fields without a value are left out.

    Raises Refused without REVEAL_PERSONAL for the unit, Invalid for a reason that is missing or contains
    personal data (the trail outlives it), Conflict when the data is destroyed, TooMany past the hourly limit
    (recorded once an hour). Call it outside of a transaction: the record of a refusal must stay.
    """
    require(by, Permission.REVEAL_PERSONAL, unit_path)
    reason = checked_reason(reason)
    refused = 0
    with transaction.atomic():
        _one_at_a_time(by)
        seen = _recent(by, _VERB)
        if seen >= number(LIMIT):
            refused = seen
            if not _recent(by, _LIMITED):
                record(_LIMITED, by=by, unit_path=unit_path, body={"count": seen})
        else:
            opened = _opened(subject_id, fields)
            if any(value and len(value) > 1 and value in reason for value in opened.values()):
                raise _personal_reason()
            record(
                _VERB,
                by=by,
                subject=("subject", subject_id),
                unit_path=unit_path,
                body={"fields": sorted(opened), "reason": reason},
            )
    if refused:
        raise TooMany(
            _("一小时内已经查看了 %(count)d 次完整的个人信息，暂时不能再看。") % {"count": refused},
            hint=_("请稍后再试；确需批量使用时，请走有审批的导出。"),
        )
    return opened


def checked_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises Invalid when it says nothing or too much."""
    reason = " ".join(reason.split())
    low, high = REASON_LENGTH
    if not low <= len(reason) <= high:
        raise Invalid(
            _("请写明查看的事由，%(low)d 到 %(high)d 个字。") % {"low": low, "high": high}, code="reason"
        )
    if _DIGITS.search(reason):
        raise _personal_reason()
    return reason


def _personal_reason() -> Invalid:
    return Invalid(
        _("事由会长期留痕，不能写姓名、电话或证件号码。"), hint=_("请只写办什么事。"), code="reason_personal"
    )


def _opened(subject_id: int, fields: Mapping[str, Sealed]) -> dict[str, str]:
    vault = Vault.load([subject_id])
    if vault.erased(subject_id):
        raise Conflict(_("这个人的个人信息已经销毁，不能查看。"), code="erased")
    opened = {name: vault.open(subject_id, name, sealed) for name, sealed in fields.items()}
    return {name: text for name, text in opened.items() if text is not None}


def _one_at_a_time(by: Actor) -> None:
    """Make the requests of one account queue up, so that none slips past the count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, (by.user_id or 0) % 2**31])


def _recent(by: Actor, verb: str) -> int:
    return AuditRecord.objects.filter(
        actor_kind=by.kind, actor_id=by.user_id, verb=verb, at__gt=Now() - timedelta(hours=1)
    ).count()

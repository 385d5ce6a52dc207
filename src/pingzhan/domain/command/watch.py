"""The invariants in production (command.md section 13): the cheap ones hourly, the whole trail once a night."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command.invariants import INVARIANTS, Check, check_all
from pingzhan.domain.territory.models import Unit

NIGHTLY = frozenset({"I15"})
"""Read the whole trail and every published version, which grow without end."""
NIGHT_HOUR = 3
"""Local hour in which those are read too."""


class InvariantBroken(Exception):
    """Something that must hold does not; the words name what and how often."""


def check_hourly(now: datetime | None = None) -> list[Check]:
    """Check what is due at this hour and return it. Raises InvariantBroken with the numbers and words of each."""
    if now is None:
        now = Unit.objects.annotate(moment=Now()).values_list("moment", flat=True).first()
    if now is None:
        return []
    night = timezone.localtime(now).hour == NIGHT_HOUR
    # Each in a transaction of its own: some hold the lock of a world, which a switch must not wait for long.
    found = [
        check
        for one in INVARIANTS
        if night or one.id not in NIGHTLY
        for check in check_all(only=frozenset({one.id}))
    ]
    broken = [one for one in found if not one.holds]
    if broken:
        raise InvariantBroken(
            _("；").join(
                _("%(id)s %(title)s：%(n)d 处不符") % {"id": one.id, "title": one.title, "n": one.count}
                for one in broken
            )
        )
    return found

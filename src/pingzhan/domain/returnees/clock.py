"""The moment of a change and of a judgement; and what the actions share: row locks, the model's own messages."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.returnees.models import Application
from pingzhan.foundation import clock
from pingzhan.kernel.errors import Conflict, NotFound

MORNING = time(8)
"""A return that lies ahead is judged as at this time of its day."""


def now() -> datetime:
    """Return the database's time as local time without zone, the way declarations are written."""
    return timezone.localtime(clock.now()).replace(tzinfo=None)


def judged_at(return_on: date, moment: datetime) -> datetime:
    """Return the moment a return is judged for: now, or the morning of the day it is planned on."""
    return moment if return_on <= moment.date() else datetime.combine(return_on, MORNING)


def locked(pk: int) -> Application:
    """Return an application locked until commit, with enterprise and employment. Raises NotFound."""
    found = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "employment__individual")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份返岗申请。"))
    return found


def require_open(application: Application) -> None:
    """Raise Conflict when the return is finished."""
    if not application.is_open:
        raise Conflict(
            _("这份返岗申请已经办结。"), hint=_("再次外出返岗请另行登记。"), code="returnee_closed"
        )

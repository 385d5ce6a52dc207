"""What the actions share: row locks, the model's own messages, who fits where."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation import clock
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

MAX_AHEAD = timedelta(days=60)
"""So far ahead somebody may be registered before his first day."""


def lock_employment(pk: int) -> Employment:
    """Return an employment locked until commit, with person and enterprise. Raises NotFound."""
    found = (
        Employment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "individual")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这名职工。"))
    return found


def lock_individual(pk: int) -> Individual:
    """Return a person locked until commit. Raises NotFound, or Conflict when he was merged or erased."""
    found = (
        Individual.objects.select_for_update(of=("self",), no_key=True)
        .select_related("subject")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个人。"))
    if found.merged_into_id is not None:
        raise Conflict(_("这个人已并入另一个人。"), hint=_("请打开并入后的人再办理。"), code="merged")
    if found.subject.erased_at is not None:
        raise Conflict(_("这个人的个人信息已经销毁。"), code="erased")
    return found


def check_places(
    enterprise: Unit, *, team: Team | None, room: Site | None, canteen: Site | None, sitting: int | None
) -> None:
    """Raise Invalid unless team, room and canteen are in use and belong to the enterprise."""
    if team is not None and (team.enterprise_id != enterprise.pk or not team.active):
        raise Invalid(_("该班组不属于这家企业，或已停用。"), place="team")
    if room is not None and (
        room.enterprise_id != enterprise.pk or room.kind != SiteKind.ROOM or not room.active
    ):
        raise Invalid(_("该宿舍房间不属于这家企业，或已停用。"), place="room")
    if canteen is not None and (
        canteen.enterprise_id != enterprise.pk or canteen.kind != SiteKind.CANTEEN or not canteen.active
    ):
        raise Invalid(_("该食堂不属于这家企业，或已停用。"), place="canteen")
    if sitting is not None and canteen is None:
        raise Invalid(_("填写就餐批次前请先选择食堂。"), place="sitting")


def check_joined(joined: date, moment: datetime) -> None:
    """Raise Invalid for a first day more than sixty days ahead or before 1950."""
    if joined > clock.day_of(moment) + MAX_AHEAD:
        raise Invalid(_("入职日期最多可提前六十天登记。"), place="joined")
    if joined.year < 1950:
        raise Invalid(_("入职日期过早，请核对年份。"), place="joined")


def check_left(joined: date, left: date, moment: datetime) -> None:
    """Raise Invalid for a last day that lies ahead or before the first one.

    Somebody who never came may be taken back before his first day: both days are then the same.
    """
    if left > clock.day_of(moment) and left != joined:
        raise Invalid(
            _("离职日期不能晚于今天。"), place="left", hint=_("请到离职当天再登记，以免在职人数不准。")
        )
    if left < joined:
        raise Invalid(_("离职日期不能早于入职日期。"), place="left")

"""What the actions share: the database's clock, row locks, the model's own messages, who fits where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

MAX_AHEAD = timedelta(days=60)
"""So far ahead somebody may be registered before his first day."""


def now() -> datetime:
    """Return the database's time of this statement, so that two changes in one transaction differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def midnight(day: date) -> datetime:
    """Return the first moment of a day, Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time.min))


def today_at(moment: datetime) -> date:
    """Return the local day of a moment."""
    return timezone.localtime(moment).date()


def checked(row: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """Raise Invalid with the Chinese messages of the model's own constraints when the row breaks one."""
    try:
        row.full_clean(exclude=list(exclude))
    except ValidationError as error:
        names = {field.name: str(field.verbose_name) for field in row._meta.fields}
        for field, messages in error.message_dict.items():
            place = "" if field == "__all__" else field
            label = f"{names.get(field, field)}：" if place else ""
            raise Invalid(label + "".join(messages), place=place) from error


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
    if joined > today_at(moment) + MAX_AHEAD:
        raise Invalid(_("入职日期最多可提前六十天登记。"), place="joined")
    if joined.year < 1950:
        raise Invalid(_("入职日期过早，请核对年份。"), place="joined")


def check_left(joined: date, left: date, moment: datetime) -> None:
    """Raise Invalid for a last day that lies ahead or before the first one.

    Somebody who never came may be taken back before his first day: both days are then the same.
    """
    if left > today_at(moment) and left != joined:
        raise Invalid(
            _("离职日期不能晚于今天。"), place="left", hint=_("请到离职当天再登记，以免在职人数不准。")
        )
    if left < joined:
        raise Invalid(_("离职日期不能早于入职日期。"), place="left")

"""The import of appointments: a line for each visitor who is expected, so that many are invited at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import personal
from pingzhan.domain.gate.actions.inviting import Invitation, check_times, invite
from pingzhan.domain.gate.enums import AppointmentState, VisitReason
from pingzhan.domain.gate.models import Appointment
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold


def _whole(name: str) -> str:
    """Return a name. Raises Invalid for one that an export has masked: it would be nobody's."""
    if "*" in name:
        raise Invalid(_("这是遮盖过的姓名，请填写完整的姓名。"))
    return personal.read_name(name)


COLUMNS = (
    Column("name", gettext_lazy("姓名"), required=True, width=12, personal=True, check=_whole),
    Column("phone", gettext_lazy("手机"), Kind.PHONE, width=16, personal=True),
    Column("host", gettext_lazy("找谁"), required=True, width=12, personal=True, max_length=60, check=_whole),
    Column("company", gettext_lazy("来自单位"), width=20, max_length=60, check=fold),
    Column("reason", gettext_lazy("事由"), Kind.CHOICE, width=12, choices=tuple(VisitReason.choices)),
    Column("persons", gettext_lazy("人数"), Kind.INTEGER, width=8, minimum=1, maximum=50),
    Column("plate", gettext_lazy("车牌号"), Kind.PLATE, width=12),
    Column("day", gettext_lazy("来访日期"), Kind.DATE, required=True, width=12),
    Column("t0", gettext_lazy("起"), Kind.TIME, required=True, width=8, example="08:30"),
    Column(
        "last_day",
        gettext_lazy("截止日期"),
        Kind.DATE,
        width=12,
        note=gettext_lazy("不填为来访当天，最长 7 天。"),
    ),
    Column("t1", gettext_lazy("止"), Kind.TIME, required=True, width=8, example="17:30"),
)
TITLES = {one.key: one.title for one in COLUMNS}
Key = tuple[str, str, datetime]
_USABLE = (AppointmentState.PENDING, AppointmentState.APPROVED)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the appointments that may still be used. Two queries for the batch."""
    unit, moment = enterprise_of(ctx), clock.now()
    days = [row.values["day"] for row in rows]
    stored = list(
        Appointment.objects.filter(
            enterprise=unit,
            state__in=_USABLE,
            t0__gte=clock.midnight(min(days)),
        )
    )
    texts = personal.opened(stored)
    known: dict[Key, dict[str, object]] = {}
    for one in stored:
        who = texts[one.pk]
        known[who.name, who.phone, one.t0.replace(second=0, microsecond=0)] = {
            "host": who.host,
            "company": one.company,
            "reason": one.reason,
            "persons": one.persons,
            "plate": one.plate,
            "t1": one.t1.replace(second=0, microsecond=0),
        }
    return [_judged(row, known, moment, ctx.absent) for row in rows]


def _invitation(row: Row) -> Invitation:
    values = row.values
    return Invitation(
        name=values["name"],
        phone=values["phone"] or "",
        host=values["host"],
        company=values["company"] or "",
        reason=VisitReason(values["reason"] or VisitReason.BUSINESS),
        persons=values["persons"] or 1,
        plate=values["plate"] or "",
        t0=timezone.make_aware(datetime.combine(values["day"], values["t0"])),
        t1=timezone.make_aware(datetime.combine(values["last_day"] or values["day"], values["t1"])),
    )


def _judged(
    row: Row, known: dict[Key, dict[str, object]], moment: datetime, absent: frozenset[str]
) -> Verdict:
    new = _invitation(row)
    held = known.get((new.name, new.phone, new.t0))
    if held is None:
        try:
            check_times(new.t0, new.t1, moment)
        except Invalid as error:
            return Verdict.refused(error.place, told(error))
        return Verdict(Outcome.NEW, carry=new)
    for key, value in held.items():
        if key not in absent and getattr(new, key) != value:
            return Verdict.refused(
                key,
                _("这个预约已登记，%(column)s与登记的不同；登记有误的请取消后重新预约。")
                % {"column": TITLES[key]},
            )
    return Verdict(Outcome.SAME)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Invite who was chosen by the same action as the page: whoever keeps the ledgers approves by it."""
    unit = enterprise_of(ctx)
    for one in judged:
        invite(enterprise=unit, invitation=one.verdict.carry, by=ctx.by)


APPOINTMENTS = ImportSpec(
    key="gate.appointments",
    title=gettext_lazy("来访预约名单"),
    columns=COLUMNS,
    natural_key=("name", "phone", "day", "t0"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/gate/",
    note=gettext_lazy(
        "一行一位来访人员，导入即为预约并批准；到门口仍按现行规定查验后放行。已登记的预约不改。"
    ),
    max_rows=1_000,
)

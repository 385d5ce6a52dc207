"""Zero reports: one tap by whoever must give it, or typed in from a call; and urging those who have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from pingzhan.domain.reporting.actions.common import locked_due, locked_line, send_later, tell
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.reporting.events import CaseReported, case_reported
from pingzhan.domain.reporting.listeners import tell_zero
from pingzhan.domain.reporting.models import Due, ZeroEntry, ZeroLine
from pingzhan.domain.reporting.notices import case_notices, urge_notices
from pingzhan.domain.reporting.queries.reach import speakers_of, writers_of
from pingzhan.domain.reporting.rules import require_report, require_write
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import enqueue_bulk
from pingzhan.kernel.errors import Conflict, Invalid

PAUSE = timedelta(minutes=5)
"""The same person is not urged again within this time (limits of the providers, command.md section 19)."""
MOST = 100_000


@dataclass(frozen=True)
class Urged:
    """What an urging did: lines urged, lines urged too recently, lines nobody can be reached for, notices written."""

    urged: int
    recent: int
    unreachable: int
    notices: int


@transaction.atomic
def report_zero(
    *, line_id: int, by: Actor, value: int = 0, note: str = "", via: Via = Via.SELF, caller: str = ""
) -> ZeroLine:
    """Give a zero report, or say that it is not zero; return the line.

    ``via`` phone is the duty officer's: ``caller`` is who phoned, and both names are kept. A later report
    replaces the value; every one stays. More than 0 needs a note, and the writers of reports are told at once.
    Raises Refused for somebody else's line, Conflict when the day was dropped, Invalid.
    """
    line = locked_line(line_id)
    due = line.due
    if via == Via.PHONE:
        require_write(by, due.zone)
        caller = " ".join(caller.split())
        if not caller:
            raise Invalid(_("请写明谁打来的电话。"), place=_("报告人"), code="caller")
    else:
        require_report(by, line)
    if due.dropped_at is not None:
        raise Conflict(_("这一天不用零报告。"), code="dropped")
    note = " ".join(note.split())[:500]
    if not 0 <= value <= MOST:
        raise Invalid(_("报告数应在 0 到 %(n)d 之间。") % {"n": MOST}, place=_("报告数"), code="value")
    if value and not note:
        raise Invalid(_("有情况的要写明情况。"), place=_("情况"), code="case_note")
    name = by.name or _("系统")
    if via == Via.PHONE:
        name = _("%(caller)s（%(name)s登记）") % {"caller": caller[:60], "name": name}
    ZeroEntry.objects.create(line=line, value=value, note=note, via=via, by_id=by.user_id, by_name=name)
    ZeroLine.objects.filter(pk=line.pk).update(
        value=value,
        note=note,
        via=via,
        by_name=name,
        reported_at=Now(),
        first_at=Coalesce(F("first_at"), Now()),
    )
    line.refresh_from_db(fields=["value", "note", "via", "by_name", "reported_at", "first_at"])
    if not due.lines.filter(value__isnull=True).exists():
        Due.objects.filter(pk=due.pk, done_at__isnull=True).update(done_at=Now(), next_at=None)
    if value:
        enqueue_bulk(case_notices(line, writers_of(due.zone, due.world)))
        send_later(case_reported, CaseReported(due.world, due.zone_id, line.pk, value))
    tell(due.pk)
    tell_zero(line, by)
    record(
        "reporting.zero",
        by=by,
        subject=("zero_line", line.pk),
        unit_path=line.unit.path,
        world=due.world,
        body={"due": due.key, "value": value, "via": str(via)},
    )
    return line


@transaction.atomic
def urge(*, due_id: int, by: Actor, line_ids: Sequence[int] | None = None) -> Urged:
    """Urge (催报) those who have not given the zero report of a day: all, or the lines given; return the counts.

    Raises Refused without WRITE_REPORTS. Whoever was urged less than five minutes ago is left out and counted.
    """
    due = locked_due(due_id)
    require_write(by, due.zone)
    rows = due.lines.select_for_update(of=("self",), no_key=True).filter(value__isnull=True).order_by("pk")
    if line_ids is not None:
        rows = rows.filter(pk__in=list(line_ids))
    missing = list(rows)
    recent = set(
        due.lines.filter(pk__in=[one.pk for one in missing], urged_at__gt=Now() - PAUSE).values_list(
            "pk", flat=True
        )
    )
    wanted = [one for one in missing if one.pk not in recent]
    people = speakers_of(due, wanted) if wanted else {}
    reachable = [one for one in wanted if people.get(one.pk)]
    ZeroLine.objects.filter(pk__in=[one.pk for one in reachable]).update(urged=F("urged") + 1, urged_at=Now())
    written = enqueue_bulk(urge_notices(due, reachable, people))
    done = Urged(len(reachable), len(recent), len(wanted) - len(reachable), written)
    tell(due.pk)
    record(
        "reporting.urge",
        by=by,
        subject=("due_report", due.pk),
        unit_path=due.unit.path,
        world=due.world,
        body={"due": due.key, "urged": done.urged, "recent": done.recent, "unreachable": done.unreachable},
    )
    return done

"""Sentences that the log and the registers give a report to begin with; a person changes them before signing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import EndKind, Severity
from pingzhan.domain.command.models import Activation, Gap, LogLine
from pingzhan.domain.orders.enums import WORKING_STATES, OrderState
from pingzhan.domain.orders.models import Decision, Order
from pingzhan.domain.reporting.figures import Scope
from pingzhan.domain.reporting.models import Due
from pingzhan.kernel.levels import Level

MOST_LINES = 12
"""Lines of the log, and orders, that are quoted; the rest is counted."""


def texts(due: Due, scope: Scope, figures: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the first wording of situation, progress and problems; what comes next only a person knows."""
    values = {row["key"]: row["value"] for row in figures}
    with translation.override("zh-hans"):
        return {
            "situation": "\n".join(_situation(due, scope)),
            "progress": "\n".join(_progress(scope, values)),
            "problems": "\n".join(_problems(scope, values)),
        }


def moment(at: Any) -> str:
    """Return a time as a report writes it."""
    here = timezone.localtime(at)
    return _("%(month)d月%(day)d日%(time)s") % {
        "month": here.month,
        "day": here.day,
        "time": here.strftime("%H:%M"),
    }


def _situation(due: Due, scope: Scope) -> list[str]:
    if scope.activation is None:
        return [
            _("截至%(at)s，%(unit)s处于%(posture)s状态。")
            % {"at": moment(scope.at), "unit": scope.unit.name, "posture": command.posture_name(None)}
        ]
    run = Activation.objects.filter(pk=scope.activation.pk) | Activation.objects.filter(run=scope.activation)
    found = []
    for one in run.order_by("pk"):
        words = {
            "at": moment(one.at),
            "unit": scope.unit.name,
            "posture": command.posture_name(one.level),
            "basis": one.basis.rstrip("。"),
            "reason": one.reason.rstrip("。"),
        }
        if one.level_from is None:
            found.append(_("%(at)s，%(unit)s转入%(posture)s，依据：%(basis)s；事由：%(reason)s。") % words)
        elif one.level_from != one.level:
            words["before"] = Level(one.level_from).sign
            found.append(_("%(at)s，由%(before)s级调整为%(posture)s，事由：%(reason)s。") % words)
        if one.end_kind == EndKind.STOOD_DOWN and one.ended_at is not None:
            found.append(
                _("%(at)s，%(unit)s战转平，事由：%(reason)s。")
                % {**words, "at": moment(one.ended_at), "reason": one.end_reason.rstrip("。")}
            )
    return found


def _progress(scope: Scope, values: Mapping[str, int | None]) -> list[str]:
    def n(key: str) -> int:
        return values.get(key) or 0

    found = [
        _("已安排岗位%(filled)d人，签收%(confirmed)d人，到岗%(arrived)d人，机动%(pool)d人。")
        % {
            "filled": n("posts.filled"),
            "confirmed": n("posts.confirmed"),
            "arrived": n("posts.arrived"),
            "pool": n("posts.pool"),
        },
        _("交办事项%(issued)d件，已销号%(closed)d件，在办%(live)d件，其中逾期%(overdue)d件。")
        % {
            "issued": n("orders.issued"),
            "closed": n("orders.closed"),
            "live": n("orders.live"),
            "overdue": n("orders.overdue"),
        },
    ]
    begin = scope.after or scope.since
    since = {"at__gte": begin} if begin is not None else {}
    decisions = Decision.objects.filter(world=scope.world, zone=scope.zone, **since).order_by("pk")
    found += [
        _("%(at)s，%(who)s决定：%(text)s。")
        % {"at": moment(one.at), "who": one.decided_by, "text": one.text.rstrip("。")}
        for one in decisions[:MOST_LINES]
    ]
    closed = Order.objects.filter(world=scope.world, zone=scope.zone, state=OrderState.CLOSED)
    if since:
        closed = closed.filter(ended_at__gte=since["at__gte"])
    found += [
        _("%(lead)s办结：%(title)s。") % {"lead": one.lead_name, "title": one.title.rstrip("。")}
        for one in closed.order_by("ended_at", "pk")[:MOST_LINES]
    ]
    lines = LogLine.objects.filter(world=scope.world, zone=scope.zone)
    if begin is not None:
        lines = lines.since(begin)
    latest = list(lines.in_order().reverse()[:MOST_LINES])
    found += [
        _("%(at)s，%(text)s。") % {"at": moment(one.happened), "text": one.text.rstrip("。")}
        for one in reversed(latest)
    ]
    more = lines.count() - len(latest)
    if more > 0:
        found.append(_("另有较早的值班日志%(n)d条。") % {"n": more})
    return found


def _problems(scope: Scope, values: Mapping[str, int | None]) -> list[str]:
    found = []
    gaps = Gap.objects.filter(
        world=scope.world,
        zone=scope.zone,
        unit__path__startswith=scope.unit.path,
        resolved_at__isnull=True,
        severity=Severity.CRITICAL,
    )
    by_kind: dict[str, int] = {}
    for kind in gaps.values_list("kind", flat=True):
        by_kind[kind] = by_kind.get(kind, 0) + 1
    labels = dict(Gap._meta.get_field("kind").flatchoices)
    found += [
        _("%(kind)s%(n)d处。") % {"kind": labels.get(kind, kind), "n": n}
        for kind, n in sorted(by_kind.items())
    ]
    late = Order.objects.filter(
        world=scope.world, zone=scope.zone, state__in=WORKING_STATES, due_at__lte=scope.at
    ).order_by("due_at", "pk")
    found += [
        _("逾期未办结：%(title)s（%(lead)s主办，时限%(due)s）。")
        % {"title": one.title.rstrip("。"), "lead": one.lead_name, "due": moment(one.due_at)}
        for one in late[:MOST_LINES]
    ]
    missing = (values.get("zero.all") or 0) - (values.get("zero.done") or 0)
    if missing > 0:
        found.append(_("尚有%(n)d个单位未零报告。") % {"n": missing})
    return found

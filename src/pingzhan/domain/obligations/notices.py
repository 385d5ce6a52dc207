"""Notices about what is due or late, their words made when they are sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.obligations.enums import Stage
from pingzhan.domain.obligations.models import Lateness, Obligation
from pingzhan.foundation.messages import Rendered
from pingzhan.foundation.messages.models import Notice

SUBJECT = "lateness"
SHOWN = 5
"""Obligations named in one notice; the page has them all."""


def title_of(stage: int, unit: str, n: int) -> str:
    """Return the title of a notice: to the enterprise itself, or about it."""
    words: dict[str, Any] = {"n": n, "unit": unit}
    if stage == Stage.SOON:
        return (
            ngettext("有 %(n)d 项防控工作快到期，请尽快办理", "有 %(n)d 项防控工作快到期，请尽快办理", n)
            % words
        )
    if stage == Stage.ENTERPRISE:
        return (
            ngettext("有 %(n)d 项防控工作逾期未办，请立即办理", "有 %(n)d 项防控工作逾期未办，请立即办理", n)
            % words
        )
    return ngettext("%(unit)s有 %(n)d 项防控工作逾期未办", "%(unit)s有 %(n)d 项防控工作逾期未办", n) % words


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about lateness. Two queries for any number of them."""
    late = {
        one.pk: one
        for one in Lateness.objects.filter(pk__in={one.subject_id for one in notices}).select_related("unit")
    }
    names: dict[tuple[int, Any], list[str]] = defaultdict(list)
    keys = {(one.unit_id, one.due_at) for one in late.values()}
    for unit, due, words in (
        Obligation.objects.filter(
            unit__in={key[0] for key in keys}, due_at__in={key[1] for key in keys}, state__in=("open", "late")
        )
        .order_by("-demand__severity", "demand__item", "id")
        .values_list("unit_id", "due_at", "demand__title")
    ):
        names[unit, due].append(words)
    found = {}
    for one in notices:
        row = late.get(one.subject_id)
        if row is not None:
            found[one.pk] = Rendered(
                one.title, _body(row, names[row.unit_id, row.due_at]), _page(one.wave, row)
            )
    return found


def _body(row: Lateness, names: Sequence[str]) -> str:
    due = localtime(row.due_at)
    when = _("限期：%(month)d月%(day)d日 %(time)s。") % {
        "month": due.month,
        "day": due.day,
        "time": due.strftime("%H:%M"),
    }
    if not names:
        return when + _("目前已全部办结。")
    shown = _("、").join(names[:SHOWN])
    if len(names) > SHOWN:
        shown = _("%(names)s等") % {"names": shown}
    return when + _("未办：%(names)s。") % {"names": shown}


def _page(stage: int, row: Lateness) -> str:
    try:
        if stage <= Stage.ENTERPRISE:
            return reverse("company:day", args=[row.unit_id])
        return reverse("compliance:unit", args=[row.unit_id])
    except NoReverseMatch:
        return "/"

"""Papers made from facts: the notice of an activation, the daily report.

Papers are Chinese whatever language the page is read in, so their words lie in texts with blanks beside this file;
only names and figures are put in here.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.content import chinese_date, chinese_moment
from pingzhan.foundation.documents.enums import PaperState
from pingzhan.foundation.documents.models import Paper
from pingzhan.foundation.documents.papers import PaperKind
from pingzhan.foundation.documents.templating.texts import filled
from pingzhan.kernel.levels import Level

ACTIVATION, DAILY = "activation", "daily"


@functools.cache
def _text(name: str) -> tuple[str, str]:
    """Return title and body of a text that is delivered with the page."""
    whole = (Path(__file__).parent / "papers" / f"{name}.txt").read_text(encoding="utf-8")
    title, _newline, body = whole.partition("\n")
    return title, body


def draft_activation(*, activation: Activation, by: Actor) -> Paper:
    """Draft the notice that announces an order to switch (启动应急响应的通知) and return it.

    One that is there already, and was not withdrawn or cancelled, is returned instead of a second one.
    """
    there = _there(ACTIVATION, activation.pk, by)
    if there is not None:
        return there
    organ = papers.organ_for(activation.unit.path, PaperKind.NOTICE)
    groups = command.group_counts(activation.zone, activation.world)
    lead = next(iter(command.leads(activation.zone, activation.world)), None)
    values = {
        "organ": organ.name,
        "unit": activation.unit.name,
        "level": Level(activation.level).sign,
        "reason": activation.reason.rstrip("。"),
        "basis": activation.basis.rstrip("。"),
        "at": chinese_moment(timezone.localtime(activation.at)),
        "lead": lead.name if lead else _blank(gettext_lazy("指挥人")),
        "post": lead.post if lead else _blank(gettext_lazy("指挥人职务")),
        "groups": _rows(
            [[_group(one), one.needed, one.filled, one.confirmed, one.arrived] for one in groups]
        ),
        "seats": str(sum(one.filled for one in groups)),
    }
    return _draft((ACTIVATION, activation.pk), PaperKind.NOTICE, values, unit=activation.unit, by=by)


def draft_daily(*, zone: Unit, by: Actor) -> Paper:
    """Draft the daily report of a zone from what the desk counts now, and return it.

    Problems and next steps stay blanks: nobody can compute them, and a paper with blanks is not handed in. The
    report of the same day is returned instead of a second one.
    """
    now = timezone.localtime()
    key = f"{zone.pk}/{now:%Y-%m-%d}"
    there = _there(DAILY, key, by)
    if there is not None:
        return there
    groups, tasks = command.group_counts(zone), command.task_counts(zone)
    posture = command.posture_of([zone.pk])[zone.pk]
    with translation.override("zh-hans"):
        state = command.posture_name(posture.level)
    values = {
        "unit": zone.name,
        "day": chinese_date(now.date()),
        "at": chinese_moment(now),
        "posture": state,
        "needed": str(sum(one.needed for one in groups)),
        "arrived": str(sum(one.arrived for one in groups)),
        "confirmed": str(sum(one.confirmed for one in groups)),
        "empty": str(sum(one.empty for one in groups)),
        "waiting": str(sum(one.filled - one.confirmed for one in groups)),
        "open": str(sum(one.open for one in tasks)),
        "overdue": str(sum(one.overdue for one in tasks)),
        "soon": str(sum(one.soon for one in tasks)),
        "gaps": str(command.open_gaps(zone).count()),
        "groups": _rows(
            [[_group(one), one.needed, one.filled, one.confirmed, one.arrived] for one in groups]
        ),
        "tasks": _rows([[_group(one), one.open, one.overdue, one.soon] for one in tasks]),
    }
    return _draft((DAILY, key), PaperKind.DAILY, values, unit=zone, by=by)


def _there(kind: str, source: object, by: Actor) -> Paper | None:
    gone = (PaperState.WITHDRAWN, PaperState.VOID)
    return (
        Paper.objects.visible_to(by)
        .filter(pk__in=papers.papers_of(kind, source))
        .exclude(state__in=gone)
        .first()
    )


def _draft(
    source: tuple[str, object], kind: PaperKind, values: dict[str, str], *, unit: Unit, by: Actor
) -> Paper:
    title, body = (filled(text, values) for text in _text(source[0]))
    return papers.draft_paper(
        kind,
        title,
        papers.parse(papers.proofread(body).text),
        by=by,
        unit_path=unit.path,
        source=source,
    )


def _rows(rows: Sequence[Sequence[object]]) -> str:
    """Return the lines of a table; one of dashes when there is nothing to tell."""
    return papers.render(
        [papers.Table(tuple(tuple(str(cell) for cell in row) for row in rows or [["\u2014"]]))]
    )


def _group(one: command.GroupCount | command.TaskCount) -> str:
    """Return the name of a group; those without one belong to the pool."""
    if one.name:
        return one.name
    with translation.override("zh-hans"):
        return gettext("机动")


def _blank(name: Promise) -> str:
    """Return a blank that the clerk fills in."""
    with translation.override("zh-hans"):
        return f"{{{{{name}}}}}"

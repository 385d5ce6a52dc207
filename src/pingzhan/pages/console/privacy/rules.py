"""The first page of 个人信息: orders, periods, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy import retention
from pingzhan.foundation.privacy.holders import kinds
from pingzhan.foundation.privacy.models import (
    OPEN_STATES,
    Erasure,
    ErasureState,
    RetentionMark,
    Subject,
)
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.privacy.access import for_readers
from pingzhan.pages.console.privacy.forms import BasisForm
from pingzhan.pages.console.privacy.listing import lines_of, rows

PAGE = 20
TONES = {
    ErasureState.PROPOSED: "warn",
    ErasureState.APPROVED: "warn",
    ErasureState.RUNNING: "info",
    ErasureState.DONE: "ok",
    ErasureState.REJECTED: "idle",
    ErasureState.WITHDRAWN: "idle",
}


@dataclass(frozen=True)
class RuleLine:
    """A retention rule as the table shows it."""

    rule: retention.RetentionRule
    days: int
    last_at: datetime | None
    last_count: int
    total: int


@dataclass(frozen=True)
class OrderLine:
    """An order as the table shows it."""

    row: Erasure
    count: int
    tone: str


@require_GET
@for_readers
def index(request: HttpRequest) -> HttpResponse:
    """Show the orders this person may see, the periods, and what is kept beyond them. Fixed queries."""
    actor = request_actor(request)
    orders = Erasure.objects.visible_to(actor)
    marks = RetentionMark.objects.in_bulk()
    subjects = Subject.objects.filter(kind__in=kinds()).aggregate(
        live=Count("pk", filter=Q(wrapped__isnull=False)), erased=Count("pk", filter=Q(wrapped__isnull=True))
    )
    page = Paginator(rows(actor, {}), PAGE).get_page(request.GET.get("page"))
    context = {
        "subjects": subjects,
        "open": orders.filter(state__in=OPEN_STATES).count(),
        "page": page,
        "orders": [
            OrderLine(one.row, one.count, TONES[ErasureState(one.row.state)])
            for one in lines_of(list(page.object_list))
        ],
        "rules": [_line(rule, marks.get(rule.key)) for rule in retention.rules()],
        "kept": retention.kept(),
        "may_manage": actor.has(Permission.MANAGE_PRIVACY),
        "form": BasisForm(),
    }
    return render(request, "console/privacy/index.html", context)


def _line(rule: retention.RetentionRule, mark: RetentionMark | None) -> RuleLine:
    return RuleLine(
        rule=rule,
        days=rule.days_now,
        last_at=mark.last_at if mark else None,
        last_count=mark.last_count if mark else 0,
        total=mark.total if mark else 0,
    )


@require_POST
@needs(Permission.MANAGE_PRIVACY)
def days(request: HttpRequest, key: str) -> HttpResponse:
    """Change the days of one rule."""
    if retention.change_days(key=key, text=request.POST.get("days", ""), by=request_actor(request)):
        messages.success(request, _("保存期限已修改，今晚起生效。"))
    return redirect("privacy:index")

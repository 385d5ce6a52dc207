"""What is done with a drill by one button each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Inject
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.drills.access import answered, for_readers
from pingzhan.pages.console.drills.forms import ScoreForm
from pingzhan.pages.console.guard import needs


@require_POST
@needs(Permission.MANAGE_DRILLS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a drill: the switch is ordered in its own world."""
    actor = request_actor(request)
    return answered(
        request,
        lambda: drills.start_drill(drill_id=pk, by=actor),
        _("演练已启动，命令和通知都带演练标记。"),
        "drills:detail",
        pk,
    )


@require_POST
@needs(Permission.MANAGE_DRILLS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a drill: its world is stood down."""
    actor = request_actor(request)
    return answered(
        request,
        lambda: drills.end_drill(drill_id=pk, by=actor, reason=request.POST.get("reason", "")),
        _("演练已结束，评估报告和复盘草稿已生成。"),
        "drills:detail",
        pk,
    )


@require_POST
@needs(Permission.MANAGE_DRILLS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a drill that has not begun."""
    actor = request_actor(request)
    return answered(
        request,
        lambda: drills.cancel_drill(drill_id=pk, by=actor),
        _("演练已取消。"),
        "drills:detail",
        pk,
    )


@require_POST
@needs(Permission.MANAGE_DRILLS)
def fire(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a situation now."""
    actor = request_actor(request)
    found = _inject(request, pk)
    return answered(
        request,
        lambda: drills.fire_inject(inject_id=found.pk, by=actor),
        _("情况已注入。"),
        "drills:detail",
        found.drill_id,
    )


@require_POST
@needs(Permission.MANAGE_DRILLS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a situation from the script."""
    actor = request_actor(request)
    found = _inject(request, pk)
    return answered(
        request,
        lambda: drills.remove_inject(inject_id=found.pk, by=actor),
        _("已从脚本删除。"),
        "drills:detail",
        found.drill_id,
    )


@require_http_methods(["GET", "POST"])
@for_readers
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """Score a situation."""
    actor = request_actor(request)
    found = _inject(request, pk)
    if not drills.can_evaluate(actor, found.drill):
        raise Refused(_("只有本次演练的评估员可以评分。"), code="not_evaluator")
    form = ScoreForm(
        request.POST if request.method == "POST" else None,
        initial={"score": found.score if found.score is not None else found.points, "remark": found.remark},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            drills.score_inject(
                inject_id=pk,
                score=data["score"],
                remark=data["remark"],
                observed=data["observed"],
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, error.message + error.hint)
        else:
            return answered(request, lambda: None, _("已评分。"), "drills:detail", found.drill_id)
    context = {"form": form, "inject": found, "drill": found.drill}
    return render(request, "console/drills/score.html", context, status=422 if form.errors else 200)


def _inject(request: HttpRequest, pk: int) -> Inject:
    """Return a situation of a drill the actor may know of. NotFound otherwise."""
    found = (
        Inject.objects.filter(pk=pk, drill__in=drills.visible_to(request_actor(request)))
        .select_related("drill__unit", "drill__zone", "order")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条注入情况。"), code="inject_gone")
    return found

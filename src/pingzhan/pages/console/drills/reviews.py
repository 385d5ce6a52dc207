"""Reviews: the list with what is still to be done, one review, and its document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.enums import ReviewState
from pingzhan.domain.drills.models import Drill, Review
from pingzhan.domain.orders import api as orders
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Group
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents import papers
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.documents.reading import download
from pingzhan.pages.console.drills import paper as paper_of
from pingzhan.pages.console.drills.access import answered, for_readers, tabs
from pingzhan.pages.console.drills.forms import ActionForm, HandoverForm, ReviewForm
from pingzhan.pages.console.drills.timeline import picture
from pingzhan.pages.console.drills.wording import told
from pingzhan.pages.console.guard import needs

PAGE = 30
TONES = {ReviewState.DRAFT: "warn", ReviewState.REVIEWED: "info", ReviewState.FILED: "ok"}


@require_GET
@for_readers
def index(request: HttpRequest) -> HttpResponse:
    """Show the reviews of this person's units and the actions that are still open."""
    actor = request_actor(request)
    visible = drills.reviews_visible_to(actor)
    page = Paginator(drills.reviews(visible).order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    rows = [{"review": one, "tone": TONES[ReviewState(one.state)]} for one in page]
    zone_ids = list(visible.values_list("zone_id", flat=True).distinct())
    context = {
        "tabs": tabs(actor, "reviews"),
        "page": page,
        "rows": rows,
        "actions": list(drills.open_actions_of(zone_ids).filter(review__in=visible.values("pk"))[:50]),
        "now": timezone.now(),
    }
    return render(request, "console/drills/reviews.html", context)


@require_GET
@for_readers
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one review with its facts, forms and what expires."""
    return _page(request, drills.find_review(request_actor(request), pk))


@require_POST
@needs(Permission.MANAGE_DRILLS)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what went well and what is to change."""
    actor = request_actor(request)
    found = drills.find_review(actor, pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    data = form.cleaned_data
    try:
        drills.write_review(review_id=pk, kept=data["kept"], change=data["change"], by=actor)
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, found, form=form, status=error.status)
    return answered(request, lambda: None, _("已保存。"), "drills:review", pk)


@require_POST
@needs(Permission.MANAGE_DRILLS)
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an action of a review as an order."""
    actor = request_actor(request)
    found = drills.find_review(actor, pk)
    form = ActionForm(request.POST, targets=orders.choices_for(found.zone).groups)
    if not form.is_valid():
        return _page(request, found, action_form=form)
    data = form.cleaned_data
    try:
        made = drills.add_action(
            review_id=pk, text=data["text"], to_key=data["to"], due_at=data["due_at"], by=actor
        )
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, found, action_form=form, status=error.status)
    assert made.order is not None
    words = _("已交办：%(number)s。") % {"number": made.order.number_text}
    return answered(request, lambda: None, words, "drills:review", pk)


@require_POST
@for_readers
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the hand-over note of a group."""
    actor = request_actor(request)
    found = drills.find_review(actor, pk)
    form = HandoverForm(request.POST, groups=_groups(found))
    if not form.is_valid():
        return _page(request, found, handover_form=form)
    data = form.cleaned_data
    try:
        drills.hand_over(review_id=pk, group_code=data["group"], text=data["text"], by=actor)
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, found, handover_form=form, status=error.status)
    return answered(request, lambda: None, _("已登记交接。"), "drills:review", pk)


@require_POST
@needs(Permission.MANAGE_DRILLS)
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the review was held."""
    actor = request_actor(request)
    return answered(
        request,
        lambda: drills.mark_reviewed(review_id=pk, by=actor),
        _("复盘已完成，整改办结后请归档。"),
        "drills:review",
        pk,
    )


@require_POST
@needs(Permission.MANAGE_DRILLS)
def file_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the facts and close the review."""
    actor = request_actor(request)
    return answered(
        request, lambda: drills.file_review(review_id=pk, by=actor), _("已归档。"), "drills:review", pk
    )


@require_GET
@for_readers
def paper(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Answer a review as an official document, .docx or PDF."""
    actor = request_actor(request)
    found = drills.find_review(actor, pk)
    content = paper_of.of_review(found, drills.review(found), names=drills.can_name(actor, found.unit))
    return download(papers.attested_file(content, suffix), _("复盘报告 %(n)d") % {"n": pk}, suffix)


def _groups(found: Review) -> list[tuple[str, str]]:
    version = found.activation.structure_version_id
    rows = Group.objects.filter(version=version).order_by("sort", "pk").values_list("code", "name")
    return [(code, organisation.short_group(name)) for code, name in rows]


def _page(
    request: HttpRequest,
    found: Review,
    *,
    form: ReviewForm | None = None,
    action_form: ActionForm | None = None,
    handover_form: HandoverForm | None = None,
    status: int = 0,
) -> HttpResponse:
    actor = request_actor(request)
    words = told(drills.review(found), names=drills.can_name(actor, found.unit))
    run = drills.run_of(found.activation)
    can_write = drills.can_review(actor, found) and found.state != ReviewState.FILED
    context: dict[str, Any] = {
        "review": found,
        "tone": TONES[ReviewState(found.state)],
        "world": found.world,
        "drill": Drill.objects.filter(world=found.world).first() if found.world else None,
        "told": words,
        "picture": picture(words),
        "marks": [(day, found.ended_at + timedelta(days=day), _mark_words(day)) for day in drills.MARKS],
        "now": timezone.now(),
        "actions": list(found.actions.select_related("order").order_by("pk")),
        "handovers": list(found.handovers.order_by("pk")),
        "expiring": drills.expiring(found.activation, run[0].at),
        "can_write": can_write,
        "can_order": can_write and actor.has(Permission.ISSUE_ORDERS, found.zone.path),
    }
    if can_write:
        form = form or ReviewForm(initial={"kept": found.kept, "change": found.change})
        handover_form = handover_form or HandoverForm(groups=_groups(found))
    if context["can_order"]:
        action_form = action_form or ActionForm(targets=orders.choices_for(found.zone).groups)
    # A form that was sent is shown whatever became of the review meanwhile: it holds what was typed.
    context |= {"form": form, "handover_form": handover_form, "action_form": action_form}
    bad = any(one is not None and one.errors for one in (form, action_form, handover_form))
    return render(request, "console/drills/review.html", context, status=status or (422 if bad else 200))


def _mark_words(day: int) -> str:
    return {
        1: _("开始复盘"),
        30: _("报告和整改事项"),
        60: _("整改办结"),
        90: _("归档"),
    }[day]

"""撤岗交接 by the head of a group himself: the note of one group, and the line on 我的任务 that leads there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.enums import ReviewState
from pingzhan.domain.drills.models import Drill
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Group
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.drills.forms import NoteForm
from pingzhan.pages.console.panels import register_task_panel


@require_http_methods(["GET", "POST"])
@login_required
def note(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Write the hand-over note of one group, or read it once the review is filed.

    For who headed the group and who reviews; 404 for everybody else.
    """
    actor = request_actor(request)
    found = drills.find_handover(actor, pk, code)
    name = (
        Group.objects.filter(version=found.activation.structure_version_id, code=code)
        .values_list("name", flat=True)
        .first()
    )
    if name is None:
        raise NotFound(_("没有这份交接。"), code="handover_gone")
    written = found.handovers.filter(group_code=code).first()
    form = NoteForm(
        request.POST if request.method == "POST" else None, initial={"text": written.text if written else ""}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                drills.hand_over(review_id=pk, group_code=code, text=form.cleaned_data["text"], by=actor)
            except Refused:
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
                status = error.status
            else:
                messages.success(request, _("已登记交接。"))
                if drills.can_review(actor, found):
                    return redirect("drills:review", pk)
                return redirect("tasks:mine")
    context = {
        "review": found,
        "group": organisation.short_group(name),
        "written": written,
        "form": form,
        "filed": found.state == ReviewState.FILED and request.method != "POST",
        "reviews": drills.can_review(actor, found),
        "world": found.world,
        "drill": Drill.objects.filter(world=found.world).first() if found.world else None,
    }
    return render(request, "console/drills/handover.html", context, status=status)


def panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the notes this person owes as the head of a group. Two queries."""
    person = request_actor(request).person_id
    rows = drills.owed(person) if person is not None else []
    return ("console/drills/_owed.html", {"rows": rows}) if rows else None


def register() -> None:
    """Show the panel on 我的任务."""
    register_task_panel("handover", panel)

"""What a person does with his own tasks: begin, feed back, finish."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.command import api as command
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.tasks.forms import TaskForm
from pingzhan.pages.console.tasks.views import answer


@require_POST
@needs(Permission.VIEW_TASKS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin one's own task."""
    command.take_task(task_id=pk, by=request_actor(request))
    return answer(request)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Report on one's own task."""
    actor = request_actor(request)
    return _dialog(
        request,
        pk,
        title=_("反馈"),
        submit=_("反馈"),
        final=False,
        act=lambda text, count: command.feed_back(task_id=pk, by=actor, text=text, count=count),
        view="tasks:feedback",
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish one's own task with the evidence its duty asks for."""
    actor = request_actor(request)
    return _dialog(
        request,
        pk,
        title=_("办结"),
        submit=_("办结"),
        final=True,
        act=lambda text, count: command.close_task(task_id=pk, by=actor, text=text, count=count),
        view="tasks:close",
    )


def _dialog(
    request: HttpRequest,
    pk: int,
    *,
    title: str,
    submit: str,
    final: bool,
    act: Callable[[str, int | None], object],
    view: str,
) -> HttpResponse:
    task = command.task_for(task_id=pk, by=request_actor(request))
    data = request.POST if request.method == "POST" else None
    form = TaskForm(task.evidence, data, final=final, reported=bool(task.feedback))
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data.get("note", ""), form.cleaned_data.get("count"))
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            words = _("已办结：%(title)s") if final else _("已反馈：%(title)s")
            return _done(request, words % {"title": task.title})
    context = {
        "title": title,
        "about": task.title,
        "action": reverse(view, args=[pk]),
        "form": form,
        "submit": submit,
    }
    return render(request, "console/tasks/_form.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, words: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        messages.success(request, words)
        return redirect("tasks:mine")
    response = render(request, "console/_done.html", {"words": words})
    response.headers["HX-Trigger"] = "board-changed"
    return response

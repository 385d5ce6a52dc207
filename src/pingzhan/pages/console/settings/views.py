"""系统设置: every registered setting under its heading, each changed and recorded by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.options import change_option
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.options.registry import Option, changed, option, options
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.guard import needs


@dataclass(frozen=True)
class Row:
    """A setting with the text its field shows, and what is wrong with that text."""

    option: Option
    text: str
    default: str
    is_changed: bool
    error: str = ""
    saved: bool = False

    @property
    def field_id(self) -> str:
        """Return the id of the field in the page."""
        return "option-" + self.option.key.replace(".", "-")


@require_GET
@needs(Permission.MANAGE_SETTINGS)
def index(request: HttpRequest) -> HttpResponse:
    """Show every setting with its present value. One query."""
    stored = changed()
    groups: dict[str, list[Row]] = {}
    for known in options():
        groups.setdefault(str(known.group), []).append(_row(known, stored))
    return render(request, "console/settings/index.html", {"groups": groups})


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Change one setting; with htmx the answer is its row, 422 with the reason when the value is refused."""
    known = option(key)
    text = request.POST.get("value", "")
    error = ""
    try:
        change_option(key=key, text=text, by=request_actor(request))
    except Invalid as problem:
        error = problem.message
    if request.headers.get("HX-Request") != "true" and not error:
        return redirect("settings:index")
    stored = changed()
    row = _row(known, {**stored, key: text} if error else stored, error=error, saved=not error)
    status = 422 if error else 200
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/settings/_row.html", {"row": row}, status=status)
    return render(
        request, "console/settings/index.html", {"groups": {str(known.group): [row]}}, status=status
    )


def _row(known: Option, stored: Mapping[str, str], *, error: str = "", saved: bool = False) -> Row:
    default = known.text_of(known.default)
    text = stored.get(known.key, default)
    return Row(known, text, default, text != default, error, saved)

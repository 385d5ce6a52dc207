"""身体不适自报: a worker's word on himself behind his enterprise's link. No account, one minute on a telephone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pingzhan.domain.health import api as health
from pingzhan.foundation.accounts.address import client_address
from pingzhan.kernel.errors import DomainError, Invalid
from pingzhan.pages.company.health.symptoms import SymptomForm


# The signed token in the address is the whole authority, so there is nothing to forge; and with no referrer
# policy browsers send "Origin: null", which the check of forged requests would refuse.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def feeling(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form of a link, and take what is sent. GET writes nothing; the answer tells of nobody."""
    try:
        answer = _answer(request, token)
    except DomainError as error:
        context = {"message": error.message, "hint": error.hint}
        answer = render(request, "company/health/feeling.html", context, status=error.status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    source = client_address(request) or ""
    unit = health.open_link(token, source=source)
    form = SymptomForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            health.report_self(token=token, number=said["number"], symptoms=said["symptoms"], source=source)
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            # A reload of the answer must not send again.
            return redirect(f"{request.path}?sent=1")
    context: dict[str, Any] = {
        "firm": unit.name,
        "form": form,
        "sent": request.GET.get("sent") == "1" and request.method != "POST",
    }
    return render(request, "company/health/feeling.html", context, status=422 if form.errors else 200)

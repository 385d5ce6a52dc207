"""The worker's own form behind his link: no account, two minutes on a telephone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import Outcome, State
from pingzhan.domain.returnees.models import Application
from pingzhan.domain.territory.api import zone_of
from pingzhan.foundation.accounts.address import client_address
from pingzhan.foundation.privacy.masks import mask_name
from pingzhan.kernel.errors import Conflict, DomainError, Invalid
from pingzhan.pages.company.returnees.forms import PLACES, DeclareForm
from pingzhan.pages.company.returnees.views import outcome_badge, worker_name
from pingzhan.pages.console.answers import attach


# The signed token in the address is the whole authority, so there is nothing to forge; and with no referrer
# policy browsers send "Origin: null", which the check of forged requests would refuse.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def returning(request: HttpRequest, token: str) -> HttpResponse:
    """Let the worker of a link declare his return and tell him what was decided. GET writes nothing.

    A wrong, foreign or expired link gets a page that says what to do and tells of nobody.
    """
    try:
        answer = _answer(request, token)
    except DomainError as error:
        context = {"message": error.message, "hint": error.hint}
        answer = render(request, "company/returnees/declare.html", context, status=error.status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    source = client_address(request) or ""
    row = returnees.open_link(token, timezone.now(), source=source)
    again = request.GET.get("again") == "1"
    if row.state != State.INVITED and not again and request.method != "POST":
        return render(request, "company/returnees/declare.html", _done(row))
    known = returnees.known_places(zone_of(row.enterprise).pk)
    form = DeclareForm(request.POST if request.method == "POST" else None, known=known)
    if request.method == "POST" and form.is_valid():
        returnees.count(source)
        try:
            declared = form.declared()
            returnees.submit(
                application_id=row.pk,
                journey=form.journey(declared, row.return_on),
                declared=declared,
                by=returnees.worker_actor(),
            )
        except (Invalid, Conflict) as error:
            attach(form, error, PLACES)
        else:
            # A reload of the answer must not send again.
            return redirect(request.path)
    context = {
        "form": form,
        "known": known,
        "name": mask_name(worker_name(row)),
        "firm": row.enterprise.name,
        "return_on": row.return_on,
    }
    return render(request, "company/returnees/declare.html", context, status=422 if form.errors else 200)


def _done(row: Application) -> dict[str, object]:
    decisions = returnees.decisions_of(row)
    return {
        "done": True,
        "name": mask_name(worker_name(row)),
        "firm": row.enterprise.name,
        "badge": outcome_badge(row),
        "row": row,
        "sentences": decisions[0].sentences() if decisions else [],
        "words": _("请按企业通知的日期返岗，当天先测体温。")
        if row.outcome == Outcome.ADMIT
        else _("现在请不要返岗，情况有变化时告诉企业联系人，由企业重新判定。"),
    }

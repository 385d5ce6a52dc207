"""Everybody's own test result (annex 3): by number, name and a code sent to his phone, or by the code he carries."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import OwnState
from pingzhan.foundation.accounts.address import client_address
from pingzhan.kernel.errors import DomainError, Invalid, NotFound

ASKED, SHOWN = "pz_asked", "pz_result"
ASKED_SECONDS, SHOWN_SECONDS = 600, 900
SALT = "pingzhan.public.selfquery"
PATH = "/result/"
READS_OF_ONE, READS_OF_ADDRESS, READ_SECONDS = 30, 600, 60
"""Answers to one person and to one address within the seconds, counted by each process of the server."""
FRAME_SECONDS = 60.0
"""How long the page around the answer is kept: what it shows of the zone changes no faster."""
_SAMPLED, _TOLD, _BEFORE = "@@sampled@@", "@@told@@", "@@before@@"
_frames: dict[tuple[Any, ...], tuple[float, str]] = {}


class TooMany(DomainError):
    """The same result was asked for again and again."""

    status = 429
    code = "too_many"


class AskForm(forms.Form):
    """Who wants to know."""

    kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=DocumentKind.choices, initial=DocumentKind.ID_CARD
    )
    number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写证件号码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写姓名。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    document: people.Document

    def clean_name(self) -> str:
        """Return the name as it is stored."""
        return self._read(lambda: people.read_name(self.cleaned_data["name"]))

    def clean(self) -> dict[str, Any]:
        """Check the number for what it is; it says nothing of whether we know it."""
        data: dict[str, Any] = super().clean() or {}
        if "kind" in data and "number" in data:
            try:
                self.document = people.read_document(data["kind"], data["number"])
            except Invalid as error:
                self.add_error("number", f"{error.message}{error.hint}")
        return data

    @staticmethod
    def _read(read: Callable[[], str]) -> str:
        try:
            return read()
        except Invalid as error:
            raise forms.ValidationError(f"{error.message}{error.hint}") from None


class CodeForm(forms.Form):
    """The code from the message."""

    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        max_length=20,
        help_text=gettext_lazy("六位数字，10 分钟内有效。"),
        error_messages={"required": gettext_lazy("请填写短信里的六位验证码。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@sensitive_post_parameters("number", "name")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for number and name. The answer to a sound question is the same whoever is asked about."""
    form = AskForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            asked = screening.ask_code(
                document=form.document, name=form.cleaned_data["name"], address=_address(request)
            )
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
            status = error.status
        else:
            answer = redirect("result_code")
            _keep(answer, ASKED, asked, ASKED_SECONDS)
            return _guard(answer)
    elif form.errors:
        status = 422
    return _guard(render(request, "public/result/ask.html", {"form": form}, status=status))


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one opens the answer on this telephone for a quarter of an hour."""
    asked = _kept(request, ASKED, ASKED_SECONDS)
    if asked is None:
        return _guard(redirect("result"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            person = screening.confirm_code(
                ask_id=asked, code=form.cleaned_data["code"], address=_address(request)
            )
        except DomainError as error:
            form.add_error("code" if error.place else None, f"{error.message}{error.hint}")
            status = error.status
        else:
            answer = redirect("result_own")
            answer.delete_cookie(ASKED, path=PATH)
            _keep(answer, SHOWN, person, SHOWN_SECONDS)
            return _guard(answer)
    elif form.errors:
        status = 422
    return _guard(render(request, "public/result/code.html", {"form": form}, status=status))


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show the answer to whoever has just typed in his code on this telephone."""
    person = _kept(request, SHOWN, SHOWN_SECONDS)
    found = screening.own_result(person) if person is not None else None
    if found is None:
        answer = redirect("result")
        answer.delete_cookie(SHOWN, path=PATH)
        return _guard(answer)
    return _shown(request, found, carried=False)


@require_safe
def by_key(request: HttpRequest, token: str) -> HttpResponse:
    """Show the answer to whoever carries the code of this address. NotFound for one that opens nothing."""
    found = screening.own_result_by_key(token)
    if found is None:
        screening.note_unknown_key(address=_address(request))
        raise NotFound(
            _("这个查询码不能用。"),
            hint=_("可能已换新码、已过期或已离职。请用证件号码和短信验证码查询。"),
            code="own_key",
        )
    return _shown(request, found, carried=True)


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Offer a code to carry; POST makes one, shown this once, and ends the one before."""
    person = _kept(request, SHOWN, SHOWN_SECONDS)
    if person is None:
        return _guard(redirect("result"))
    context = {}
    if request.method == "POST":
        path = f"{PATH}q/{screening.issue_own_key(individual_id=person)}"
        context = {
            "path": path,
            "qr": segno.make(settings.PUBLIC_URL + path, error="m").svg_data_uri(scale=6, border=2),
        }
    return _guard(render(request, "public/result/mine.html", context))


def _shown(request: HttpRequest, found: screening.Own, *, carried: bool) -> HttpResponse:
    _limit(f"own:{found.individual_id}", READS_OF_ONE)
    _limit(f"from:{_address(request)}", READS_OF_ADDRESS)
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or ""
    with translation.override(language):
        text = _frame(request, language, found, carried=carried)
        for mark, moment in (
            (_SAMPLED, found.sampled_at),
            (_TOLD, found.told_at),
            (_BEFORE, found.before_at),
        ):
            text = text.replace(mark, _moment(moment))
    return _guard(HttpResponse(text))


def _frame(request: HttpRequest, language: str, found: screening.Own, *, carried: bool) -> str:
    """Return the page of a state with marks where the times stand; made anew once a minute, the same for visitors.

    Whoever is signed in may see a drill in the frame, so his is made for him alone.
    """
    key = (language, found.state, found.pooled, found.before, carried)
    until, text = (0.0, "") if request.user.is_authenticated else _frames.get(key, (0.0, ""))
    if until < time.monotonic():
        other = "zh-hans" if language == "en" else "en"
        context = {
            "state": found.state.value, "pooled": found.pooled,
            "before": found.before.value if found.before is not None else "",
            "carried": carried, "sampled": _SAMPLED, "told": _TOLD, "before_at": _BEFORE,
            "is_none": found.state == OwnState.NONE, "is_pending": found.state == OwnState.PENDING,
            "other": other,
            "other_name": translation.get_language_info(other)["name_local"],
        }  # fmt: skip
        text = render_to_string("public/result/answer.html", context, request)
        if not request.user.is_authenticated:
            _frames[key] = (time.monotonic() + FRAME_SECONDS, text)
    return text


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment is not None else ""


def _limit(key: str, most: int) -> None:
    counts = caches["local"]
    name = f"selfquery:{key}"
    if not counts.add(name, 1, READ_SECONDS) and counts.incr(name) > most:
        raise TooMany(_("查询太频繁，请在一分钟后再试。"))


def _address(request: HttpRequest) -> str:
    return client_address(request) or ""


def _keep(answer: HttpResponse, cookie: str, number: int, seconds: int) -> None:
    answer.set_signed_cookie(
        cookie, str(number), salt=SALT, max_age=seconds, path=PATH,
        httponly=True, samesite="Lax", secure=settings.SECURE,
    )  # fmt: skip


def _kept(request: HttpRequest, cookie: str, seconds: int) -> int | None:
    text = request.get_signed_cookie(cookie, default="", salt=SALT, max_age=seconds)
    return int(text) if text else None


def _guard(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer

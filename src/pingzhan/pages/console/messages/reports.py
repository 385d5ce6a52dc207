"""What comes from outside without sign-in: delivery reports of gateways, and readers of a signed link."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.foundation.messages import letters, receipts
from pingzhan.foundation.messages.models import NoticeState
from pingzhan.foundation.messages.registry import render as words_of
from pingzhan.kernel.errors import DomainError, Invalid

MAX_BYTES = 256 * 1024


# The signed token in the address is the whole authority; a gateway has no session to forge.
@csrf_exempt
@require_POST
def report(request: HttpRequest, token: str) -> HttpResponse:
    """Take what a gateway brings, JSON or a form: text messages people sent back, else delivery reports.

    The answer says how many of them concerned us.
    """
    try:
        channel = receipts.callback_channel(token)
        data = _data(request)
        replies = receipts.read_replies(channel, data)
        if replies:
            known = receipts.take_replies(replies)
        else:
            known = receipts.take_reports(channel, receipts.read_reports(channel, data))
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    return JsonResponse({"code": 0, "known": known})


def _data(request: HttpRequest) -> Any:
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise Invalid(_("回报太长。"))
    if request.content_type == "application/x-www-form-urlencoded":
        return request.POST.dict()
    try:
        return json.loads(request.body[:MAX_BYTES])
    except (ValueError, RecursionError):
        raise Invalid(_("回报的内容看不懂。")) from None


# As above: with no referrer policy browsers send "Origin: null", which the check of forged requests refuses.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, token: str) -> HttpResponse:
    """Show a notice to the holder of its link; POST confirms that he has read it.

    Chat programs open links ahead of people, so looking confirms nothing.
    """
    try:
        notice = receipts.notice_of_token(token)
        if notice.subject_kind != letters.SUBJECT_KIND:
            raise Invalid(_("这个链接无效或已过期。"))
        if request.method == "POST":
            receipts.confirm_read(notice)
            answer: HttpResponse = redirect(request.path)
        else:
            words = words_of([notice])[notice.pk]
            if isinstance(words, Exception):
                raise Invalid(_("这个链接无效或已过期。"))
            context = {"words": words, "confirmed": notice.state == NoticeState.READ, "action": request.path}
            answer = render(request, "console/messages/read.html", context)
    except DomainError as error:
        context = {"title": _("链接无效"), "message": error.message, "hint": error.hint}
        answer = render(request, "public/ack/done.html", context, status=error.status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer

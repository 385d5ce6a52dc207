"""通知: the overview, one notice's way, sending again and giving up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.organisation import api as organisation
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages import actions, queries, rules
from pingzhan.foundation.messages.kinds import kinds
from pingzhan.foundation.messages.models import Channel, Notice, NoticeState
from pingzhan.kernel.errors import Conflict
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.messages.listing import way_name

PAGE = 20
LETTERS = 10
TONES = {
    NoticeState.QUEUED: "idle",
    NoticeState.LEASED: "info",
    NoticeState.FAILED: "warn",
    NoticeState.DEAD: "bad",
    NoticeState.SENT: "info",
    NoticeState.DELIVERED: "ok",
    NoticeState.READ: "ok",
}


@require_GET
@needs(Permission.VIEW_MESSAGES)
def index(request: HttpRequest) -> HttpResponse:
    """Show channels with their health, the queue, what failed, the latest letters; with htmx the live part."""
    live = request.headers.get("HX-Request") == "true"
    template = "console/messages/_live.html" if live else "console/messages/index.html"
    return render(request, template, _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = request_actor(request)
    channels = queries.channel_rows(actor)
    labels = {row.channel.key: row.channel.label for row in channels}
    page = Paginator(queries.troubled(actor), PAGE).get_page(request.GET.get("page"))
    letters = queries.letter_rows(list(rules.letters_visible_to(actor)[:LETTERS]))
    return {
        "channels": channels,
        "queue": queries.queue_rows(actor),
        "page": page,
        "rows": [_row(one, labels, actor) for one in page.object_list],
        "letters": letters,
        "kinds": list(kinds().values()) if rules.can_manage(actor) else [],
        "manages": rules.can_manage(actor),
        "sends": actor.has(Permission.SEND_NOTICES),
    }


def _row(one: Notice, labels: dict[str, str], actor: Actor) -> dict[str, Any]:
    return {
        "notice": one,
        "tone": TONES[NoticeState(one.state)],
        "via": way_name(one.via or one.channel, labels),
        "handles": rules.can_handle(actor, one),
    }


@require_GET
@needs(Permission.VIEW_MESSAGES)
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show one notice and every try to send it."""
    actor = request_actor(request)
    found = get_object_or_404(rules.notices_visible_to(actor), pk=notice_id)
    labels = dict(Channel.objects.values_list("key", "label"))
    context = {
        **_row(found, labels, actor),
        "recipient": organisation.names_of([found.recipient]).get(found.recipient, "—"),
        "priority": queries.priority_class(found.priority).label,
        "attempts": [{"at": one, "via": way_name(one.channel, labels)} for one in queries.attempts_of(found)],
        "can_retry": found.state in (NoticeState.DEAD, NoticeState.FAILED),
        "can_give_up": found.state in (NoticeState.QUEUED, NoticeState.FAILED),
    }
    return render(request, "console/messages/notice.html", context)


@require_POST
@needs(Permission.VIEW_MESSAGES)
def retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Send one notice again, over every way."""
    try:
        actions.retry_notice(notice_id=notice_id, by=request_actor(request))
    except Notice.DoesNotExist:
        raise Http404 from None
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已重新排队。"))
    return redirect("messages:notice", notice_id=notice_id)


@require_POST
@needs(Permission.VIEW_MESSAGES)
def give_up(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Stop trying to send one notice."""
    try:
        actions.give_up(notice_id=notice_id, by=request_actor(request))
    except Notice.DoesNotExist:
        raise Http404 from None
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已放弃发送。"))
    return redirect("messages:notice", notice_id=notice_id)


@require_POST
@needs(Permission.SEND_NOTICES)
def retry_all(request: HttpRequest) -> HttpResponse:
    """Send everything that was given up again."""
    count = actions.retry_all(by=request_actor(request))
    messages.success(
        request, ngettext("%(n)d 条通知已重新排队。", "%(n)d 条通知已重新排队。", count) % {"n": count}
    )
    return redirect("messages:index")

"""Writing a letter: form, preview of who gets it by which way, sending; and how far it has come."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.organisation import api as organisation
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages import letters, queries, rules
from pingzhan.foundation.messages.models import Channel, NoticeState
from pingzhan.foundation.messages.sealing import kind_of
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.messages import audience
from pingzhan.pages.console.messages.forms import LetterForm
from pingzhan.pages.console.messages.listing import lines_of, way_name
from pingzhan.pages.console.messages.views import TONES
from pingzhan.pages.console.zones import zone_for, zones_of

PAGE = 50
NAMED = 200
"""So many people without a way to reach them are named; beyond that, how many more."""


@require_http_methods(["GET", "POST"])
@needs(Permission.SEND_NOTICES)
def compose(request: HttpRequest) -> HttpResponse:
    """Show the form; POST shows the preview; POST with ``send`` sends."""
    actor = request_actor(request)
    zone = zone_for(request, Permission.SEND_NOTICES)
    # The preview names people of the whole zone, so who may not write to all of it does not get that far.
    require(actor, Permission.SEND_NOTICES, zone.path)
    offered = audience.choices(zone)
    robots = [
        (one.key, one.label)
        for one in Channel.objects.filter(enabled=True)
        if (kind := kind_of(one)) is not None and kind.group
    ]
    posted = request.POST if request.method == "POST" else None
    form = LetterForm(posted, offered=offered, robots=robots, initial={"key": uuid.uuid4()})
    context: dict[str, Any] = {
        "form": form,
        "zone": zone,
        "zones": [
            one
            for one in zones_of(actor, Permission.SEND_NOTICES)
            if actor.has(Permission.SEND_NOTICES, one.path)
        ],
    }
    if posted is None or not form.is_valid() or "edit" in request.POST:
        status = 422 if posted is not None and form.errors else 200
        return render(request, "console/messages/compose.html", context, status=status)
    data, chosen = form.cleaned_data, form.chosen()
    people = audience.recipients(zone, **chosen)
    words = audience.words(offered, **chosen)
    groups = data.get("robots") or []
    if "send" in request.POST:
        try:
            sent = letters.send_letter(
                title=data["title"],
                body=data["body"],
                audience=words,
                recipients=people,
                groups=groups,
                channel=data["channel"],
                priority=data["priority"],
                unit_path=zone.path,
                by=actor,
                key=data["key"],
            )
        except Invalid as error:
            for text in filter(None, (error.message, error.hint)):
                form.add_error(None, text)
            return render(request, "console/messages/compose.html", context, status=422)
        messages.success(request, _("通知已排队发送。"))
        return redirect("messages:letter", letter_id=sent.pk)
    context |= _preview(people, words, data["channel"], groups)
    return render(request, "console/messages/preview.html", context)


def _preview(people: list[letters.Recipient], words: str, channel: str, groups: list[str]) -> dict[str, Any]:
    reach = letters.reach(people, channel=channel)
    labels = dict(Channel.objects.values_list("key", "label"))
    names = organisation.names_of(reach.nobody[:NAMED])
    return {
        "audience": words,
        "total": len(people),
        "reached": len(people) - len(reach.nobody),
        "ways": [{"name": way_name(key, labels), "n": n} for key, n in reach.ways.most_common()],
        "robots": [labels.get(key, key) for key in groups],
        "nobody": [names[pk] for pk in reach.nobody[:NAMED] if pk in names],
        "nobody_count": len(reach.nobody),
        "nobody_more": max(0, len(reach.nobody) - NAMED),
    }


@require_GET
@needs(Permission.VIEW_MESSAGES)
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show a letter, and for each recipient how far it has come."""
    found = get_object_or_404(rules.letters_visible_to(request_actor(request)), pk=letter_id)
    page = Paginator(queries.notices_of_letter(found), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    names = organisation.names_of(found.unreached[:NAMED])
    context = {
        "letter": found,
        "row": queries.letter_rows([found])[0],
        "priority": queries.priority_class(found.priority).label,
        "page": page,
        "unreached": [names[pk] for pk in found.unreached[:NAMED] if pk in names],
        "rows": [(one, TONES[NoticeState(one.notice.state)]) for one in lines_of(rows)],
    }
    return render(request, "console/messages/letter.html", context)

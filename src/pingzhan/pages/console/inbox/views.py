"""收件箱: my notices, and how many I have not read, for the top bar."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.messages import reading

SHOWN = 100


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show my latest notices, the newest first."""
    account = request_actor(request).user_id
    items = reading.inbox(account, SHOWN) if account is not None else []
    context = {"items": items, "unread": sum(one.unread for one in items), "shown": SHOWN}
    return render(request, "console/inbox/index.html", context)


@require_POST
@login_required
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read (``notice``), or all of those shown."""
    account = request_actor(request).user_id
    if account is not None:
        asked = request.POST.get("notice", "")
        ids = (
            [int(asked)]
            if asked.isdecimal() and len(asked) < 19
            else [one.notice.pk for one in reading.inbox(account, SHOWN) if one.unread]
        )
        reading.mark_read(account_id=account, notice_ids=ids)
    return redirect("inbox:index")


@never_cache
@require_GET
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """Return the bell of the top bar with the number of unread notices."""
    account = request_actor(request).user_id
    unread = reading.unread_count(account) if account is not None else 0
    return render(request, "console/inbox/_bell.html", {"unread": unread})

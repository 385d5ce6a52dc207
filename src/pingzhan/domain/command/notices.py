"""The words of order notices, made when they are sent, so that links are never stored."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.links import token_paths
from pingzhan.domain.command.models import Seat, Task
from pingzhan.foundation.messages import Rendered
from pingzhan.foundation.messages.models import Notice, NoticeChannel

TASKS_SHOWN = 3


def render_seats(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about seats. Four queries for any number of them.

    Inside the application the link leads to the tasks; outside it is the signed link of the seat.
    """
    seats = {
        seat.pk: seat
        for seat in Seat.objects.filter(pk__in={notice.subject_id for notice in notices}).select_related(
            "unit", "person", "post"
        )
    }
    tasks: dict[int, list[str]] = {}
    for seat_id, title in (
        Task.objects.filter(owner_seat__in=seats)
        .order_by("due_at", "pk")
        .values_list("owner_seat_id", "title")
    ):
        tasks.setdefault(seat_id, []).append(title)
    links = token_paths(seats.values())
    found: dict[int, Rendered] = {}
    for notice in notices:
        seat = seats.get(notice.subject_id)
        if seat is None:
            continue
        body = _("%(unit)s，编号 %(number)d。") % {"unit": seat.unit.name, "number": seat.pk}
        mine = tasks.get(seat.pk, [])
        if mine and notice.kind == "order":
            shown = _("；").join(mine[:TASKS_SHOWN])
            body += _("任务 %(n)d 项：%(tasks)s。") % {"n": len(mine), "tasks": shown}
        if seat.closed_at is not None and notice.kind == "order":
            body += _("（该安排已于%(at)s结束。）") % {"at": wording.moment(seat.closed_at)}
        in_app = notice.channel == NoticeChannel.IN_APP
        link = _tasks_page() if in_app or notice.kind == "release" else links[seat.pk]
        found[notice.pk] = Rendered(notice.title, body, link)
    return found


def _tasks_page() -> str:
    try:
        return reverse("tasks:mine")
    except NoReverseMatch:
        return "/tasks/"

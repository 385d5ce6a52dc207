"""The words of order notices, made when they are sent, so that links are never stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command import codes, settings, wording
from pingzhan.domain.command.enums import PERSONAL
from pingzhan.domain.command.links import token_paths
from pingzhan.domain.command.models import Seat, Task
from pingzhan.foundation.messages import Rendered
from pingzhan.foundation.messages.models import Notice, NoticeChannel
from pingzhan.foundation.options.registry import value

TASKS_SHOWN = 3
OrderLine = Callable[[Collection[int]], dict[int, str]]
_lines: dict[str, OrderLine] = {}


def register_order_line(fn: OrderLine) -> None:
    """Have ``fn(seat ids)`` add a sentence to the order notices of seats, by seat id: one query for all of them."""
    _lines[f"{fn.__module__}.{fn.__qualname__}"] = fn


def render_seats(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about seats. Four queries for any number of them,
    and one for each module that adds a sentence of its own.

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
        .exclude(duty_code__startswith=PERSONAL)
        .order_by("due_at", "pk")
        .values_list("owner_seat_id", "title")
    ):
        tasks.setdefault(seat_id, []).append(title)
    links = token_paths(seats.values())
    more = [fn(seats) for fn in _lines.values()]
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
        if notice.kind == "order":
            body += "".join(lines.get(seat.pk, "") for lines in more)
        if notice.channel != NoticeChannel.IN_APP and seat.acked_at is None and seat.closed_at is None:
            body += _code_words(seat)
        if seat.closed_at is not None and notice.kind == "order":
            body += _("（该安排已于%(at)s结束。）") % {"at": wording.moment(seat.closed_at)}
        in_app = notice.channel == NoticeChannel.IN_APP
        link = _tasks_page() if in_app or notice.kind == "release" else links[seat.pk]
        found[notice.pk] = Rendered(notice.title, body, link)
    return found


def _code_words(seat: Seat) -> str:
    """Return the sentence that tells the holder his code, for the telephone and for the sheet at the door."""
    code = codes.spaced(codes.reply_code(seat.pk, seat.person_id))
    if value(settings.REPLY_BY_SMS):
        return _("签收码 %(code)s，可直接回复。") % {"code": code}
    return _("签收码 %(code)s。") % {"code": code}


def render_escalations(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words for those who answer for posts: the stored sentence, and where they can act on it."""
    return {notice.pk: Rendered(notice.title, "", _tasks_page()) for notice in notices}


def render_broadcasts(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words for those who pass a broadcast on in their enterprise: the stored sentence."""
    return {notice.pk: Rendered(notice.title) for notice in notices}


def _tasks_page() -> str:
    try:
        return reverse("tasks:mine")
    except NoReverseMatch:
        return "/tasks/"

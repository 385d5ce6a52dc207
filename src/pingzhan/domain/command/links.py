"""Signed acknowledgement links: one person, one seat, a limited time, no sign-in (section 8).

The token carries ids only and is bound to the person: whoever else is signed in is refused. It can do
nothing but show this order and confirm or decline it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, Signer
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.kernel.errors import NotFound, Refused

LIFE = timedelta(hours=72)
"""How long a link works, from the moment it is made."""
_signer = Signer(salt="pingzhan.command.acknowledge")


@dataclass(frozen=True)
class LinkView:
    """An opened link: the seat with unit, post and person, and the actor it stands for."""

    seat: Seat
    actor: Actor


def token_for(seat: Seat) -> str:
    """Return a token for the holder of a seat, valid for LIFE from now by the database clock."""
    now = Seat.objects.filter(pk=seat.pk).annotate(moment=Now()).values_list("moment", flat=True).get()
    return _sign(seat.pk, seat.person_id, int((now + LIFE).timestamp()))


def _sign(seat_id: int, person_id: int, expires: int) -> str:
    return _signer.sign(f"{seat_id}.{person_id}.{expires}")


def ack_link(seat: Seat) -> str:
    """Return the path of the acknowledgement link of a seat: '/a/<token>'."""
    return _path(token_for(seat))


def token_paths(seats: Iterable[Seat]) -> dict[int, str]:
    """Return the link paths of many seats by seat id. One query."""
    rows = list(seats)
    if not rows:
        return {}
    now = Seat.objects.filter(pk=rows[0].pk).annotate(moment=Now()).values_list("moment", flat=True).get()
    expires = int((now + LIFE).timestamp())
    return {seat.pk: _path(_sign(seat.pk, seat.person_id, expires)) for seat in rows}


def _path(token: str) -> str:
    return f"/a/{token}"


def _read(token: str) -> tuple[int, int, int]:
    try:
        seat_id, person_id, expires = (int(part) for part in _signer.unsign(token).split("."))
    except (BadSignature, ValueError) as error:
        raise Refused(
            _("签收链接不完整或被改动，不能使用。"),
            hint=_("请重新点开收到的链接，或登录系统签收。"),
            code="link_bad",
        ) from error
    return seat_id, person_id, expires


def open_link(token: str, *, signed_in: Actor | None = None, allow_closed: bool = False) -> LinkView:
    """Return the seat behind a link.

    Raises Refused when it was altered (link_bad), has expired (link_expired), when somebody else is signed in
    (link_person), or when the seat is over (link_closed; not with ``allow_closed``, so that a late
    confirmation is still recorded).
    """
    seat_id, person_id, expires = _read(token)
    seat = (
        Seat.objects.select_related("unit", "zone", "person", "post__group", "replaces__person")
        .annotate(moment=Now())
        .filter(pk=seat_id)
        .first()
    )
    if seat is None or seat.person_id != person_id:
        raise NotFound(_("没有这个席位。"), code="link_gone")
    if seat.moment.timestamp() >= expires:
        raise Refused(
            _("签收链接已过期。"), hint=_("请登录系统签收，或请值班人员重新发送。"), code="link_expired"
        )
    if signed_in is not None and signed_in.is_signed_in and signed_in.person_id != person_id:
        raise Refused(
            _("这个链接是发给别人的，不能由您签收。"),
            hint=_("请退出登录后由本人打开，或在“我的任务”中办理自己的岗位。"),
            code="link_person",
        )
    if seat.closed_at is not None and not allow_closed:
        raise Refused(
            _("这个岗位安排已经结束，不需要再签收。"),
            hint=_("如有疑问，请与值班人员联系。"),
            code="link_closed",
        )
    return LinkView(seat, link_actor(person_id, seat.person.name))

"""Arrival by a sheet on the wall: its QR code names a place, the visitor says who he is, the seats there arrive."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.command.actions import replies
from pingzhan.domain.command.actions.seats import arrive
from pingzhan.domain.command.enums import AckVia
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.models import Post
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.kernel.errors import NotFound

_signer = Signer(salt="pingzhan.command.check_in")


@dataclass(frozen=True)
class Place:
    """Where a sheet hangs: a unit, and one post of it or all of them."""

    unit: Unit
    post_code: str
    name: str


def check_in_token(unit: Unit, post_code: str = "") -> str:
    """Return the token of a check-in sheet for a unit and all below it, or for one post. It does not expire.

    It proves nothing but that the sheet is ours: it names a place, not a person.
    """
    return _signer.sign(f"{unit.pk}.{post_code}")


def open_check_in(token: str) -> Place:
    """Return the place of a sheet. Raises NotFound for a token that is not ours or a unit that is gone."""
    try:
        unit_id, _dot, post_code = _signer.unsign(token).partition(".")
        unit = Unit.objects.get(pk=int(unit_id))
    except (BadSignature, ValueError, Unit.DoesNotExist):
        raise NotFound(
            _("这不是本系统的到岗签到码。"), hint=_("请扫描现场张贴的到岗签到码。"), code="sheet_bad"
        ) from None
    name = unit.name
    if post_code:
        post = Post.objects.filter(code=post_code).order_by("-version_id").first()
        name = f"{unit.name} · {post.name}" if post is not None else name
    return Place(unit, post_code, name)


def seats_at(place: Place) -> QuerySet[Seat]:
    """Return the open seats that belong to a place, with person, unit and post."""
    found = Seat.objects.filter(unit__path__startswith=place.unit.path, closed_at__isnull=True)
    if place.post_code:
        found = found.filter(post_code=place.post_code)
    return found.select_related("unit", "zone", "person", "post__group")


def seats_of(place: Place, person_id: int) -> list[Seat]:
    """Return the open seats of a person at a place, real ones first."""
    return list(seats_at(place).filter(person=person_id).order_by("world", "pk"))


def person_by_code(*, place: Place, code: str, address: str, also: Collection[int] = ()) -> int:
    """Return who stands before the sheet by the code in his notice. Raises NotFound, TooMany.

    ``also``: open seats elsewhere whose holders are expected here as well.
    """
    seats = seats_at(place)
    if also:
        seats = Seat.objects.filter(
            Q(pk__in=seats.values("pk")) | Q(pk__in=also), closed_at__isnull=True
        ).select_related("unit", "zone", "person", "post__group")
    return replies.person_of_code(
        seats=seats, code=code, source=f"place:{replies.hashed(address)}", shared="places"
    )


@transaction.atomic
def check_in(*, place: Place, person_id: int, by: Actor | None = None) -> Sequence[Seat]:
    """Note that a person has arrived on all his seats of a place; return those that were new.

    The caller has made sure who it is: by a sign-in (then ``by`` is that account), a link he has used on this
    telephone, or his own code.
    Raises NotFound when he has no seat here; a second time changes nothing.
    """
    seats = seats_of(place, person_id)
    if not seats:
        raise NotFound(
            _("您在这里没有岗位。"), hint=_("请核对通知里的岗位和地点，或询问值班人员。"), code="not_here"
        )
    if by is None or by.person_id != person_id:
        by = link_actor(person_id, seats[0].person.name)
    return [seat for seat in seats if arrive(seat_id=seat.pk, by=by, via=AckVia.CHECK_IN)]

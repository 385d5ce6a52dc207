"""Confirming and arriving by code: text replies, codes typed in by the duty officer, codes at a check-in sheet.

What does not fit is counted by where it came from; too many close that way in for a while. The counts are written
outside of the transaction that refuses.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import codes, links, rules
from pingzhan.domain.command.actions.seats import AckOutcome, confirm, get_seat
from pingzhan.domain.command.enums import AckVia
from pingzhan.domain.command.models import Seat, WrongCode
from pingzhan.domain.organisation.api import persons_with_number
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.messages.receipts import Reply
from pingzhan.kernel.errors import DomainError, Invalid, NotFound
from pingzhan.kernel.phone import Phone

WINDOW = timedelta(minutes=10)
MAX_WRONG = 10
"""Codes that fit nothing, from one source within WINDOW; then none is taken from it until they are older."""
MAX_WRONG_AT_PLACES = 200
"""The same for all check-in sheets together, so that many addresses help nobody."""


class TooMany(DomainError):
    """Too many codes that fitted nothing."""

    status = 429
    code = "too_many"


def acknowledge_by_text(*, phone: str, text: str) -> AckOutcome:
    """Confirm the seat whose code came in a text message from the holder's own number.

    Raises Invalid for a number that is none, NotFound when no code of this number's seats is in the text,
    TooMany after ten of them within ten minutes. A code that was used confirms nothing again.
    """
    number = Phone.parse(phone).value
    source = f"text:{hashed(number)}"
    check_tries(source)
    persons = persons_with_number(number)
    seat_id = codes.seat_of(codes.codes_in(text), _pairs(recent().filter(person__in=persons)))
    if seat_id is None:
        raise miss(source)
    with transaction.atomic():
        seat = get_seat(seat_id)
        return confirm(seat, link_actor(seat.person_id, seat.person.name), None, AckVia.SMS)


def take_reply(reply: Reply) -> bool:
    """Confirm by a text message that came in over a gateway; return whether it held a code of ours."""
    return bool(codes.codes_in(reply.text)) and bool(acknowledge_by_text(phone=reply.phone, text=reply.text))


def acknowledge_by_code(*, zone: Unit, code: str, by: Actor) -> tuple[AckOutcome, Seat]:
    """Confirm a seat by the code its holder sent or said, typed in by the duty officer.

    The confirmation is the holder's, the trail names the officer. Raises Refused without the right to manage
    seats of the zone, Invalid for what is no code, NotFound for a code that fits no seat, TooMany.
    """
    rules.require_manage(by, zone)
    found = codes.codes_in(code)
    if not found:
        raise Invalid(_("签收码是八位数字。"), place="code")
    source = f"user:{by.user_id or 0}"
    check_tries(source)
    seat_id = codes.seat_of(found, _pairs(recent().filter(zone=zone)))
    if seat_id is None:
        raise miss(source)
    with transaction.atomic():
        seat = get_seat(seat_id)
        return confirm(seat, by, None, AckVia.SMS, in_name_of=seat.person.name), seat


def recent() -> QuerySet[Seat]:
    """Return the seats whose code may still be used: as long as their link would work."""
    return Seat.objects.filter(opened_at__gt=Now() - links.LIFE)


def _pairs(seats: QuerySet[Seat]) -> list[tuple[int, int]]:
    return list(seats.order_by("-pk").values_list("pk", "person_id"))


def person_of_code(*, seats: QuerySet[Seat], code: str, source: str, shared: str = "") -> int:
    """Return the person whose code fits one of the seats. Raises NotFound and TooMany, counting the miss.

    ``shared`` is a second source that all who come the same way have in common.
    """
    check_tries(source)
    if shared:
        check_tries(shared, MAX_WRONG_AT_PLACES)
    seat_id = codes.seat_of(codes.codes_in(code), _pairs(seats))
    if seat_id is None:
        if shared:
            WrongCode.objects.create(source=shared)
        raise miss(source)
    return Seat.objects.values_list("person_id", flat=True).get(pk=seat_id)


def check_tries(source: str, most: int = MAX_WRONG) -> None:
    """Raise TooMany when too many codes from a source fitted nothing of late."""
    if WrongCode.objects.filter(source=source, at__gt=Now() - WINDOW).count() >= most:
        raise TooMany(
            _("不符的签收码太多，暂时不能再用签收码。"),
            hint=_("请十分钟后再试，或用签收链接、请值班人员登记。"),
        )


def miss(source: str) -> NotFound:
    """Count a code that fitted nothing and return the error to raise."""
    WrongCode.objects.create(source=source)
    return NotFound(
        _("没有与此签收码相符的岗位。"), hint=_("请核对通知里的八位签收码。"), code="code_unknown"
    )


def hashed(text: str) -> str:
    """Return a short text that stands for where a code came from without saying it."""
    return hashlib.sha256(f"pingzhan.code:{text}".encode()).hexdigest()[:20]

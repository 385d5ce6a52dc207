"""The code of the self-query: six digits, computed from the secret of the installation and stored nowhere."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening.models import OwnAsk
from pingzhan.foundation import clock
from pingzhan.foundation.messages import (
    Rendered,
    UndeliverableError,
    register_addresses,
    register_renderer,
)
from pingzhan.foundation.messages.models import Notice

SUBJECT = "own_code"
DIGITS = 6
LIFE = timedelta(minutes=10)


def own_code(mark: uuid.UUID) -> str:
    """Return the code of a question, six digits."""
    mac = salted_hmac("pingzhan.screening.own_code", mark.hex, algorithm="sha256").digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def read_code(text: str) -> str:
    """Return a typed code with wide digits made plain and blanks left out; whatever else stays as it is."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def register() -> None:
    """Give the message its words and its address."""
    register_renderer(SUBJECT, render)
    register_addresses(addresses_of, below_zero=True)


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of codes. UndeliverableError for one whose time is over or that was used."""
    asks = {one.pk: one for one in OwnAsk.objects.filter(pk__in=[one.subject_id for one in notices])}
    found = {}
    for one in notices:
        ask = asks.get(one.subject_id)
        if ask is None or ask.used_at is not None or ask.asked_at < clock.now() - LIFE:
            raise UndeliverableError(_("验证码已经过期，不再发送。"))
        found[one.pk] = Rendered(
            one.title,
            _("验证码 %(code)s，10 分钟内有效，只用于查询您本人的核酸结果。任何人向您要验证码都不要给。")
            % {"code": own_code(ask.mark)},
        )
    return found


def addresses_of(recipients: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the phone on record of each individual, whose number stands below zero."""
    rows = Individual.objects.filter(pk__in=[-one for one in recipients])
    return {
        -pk: [("sms", one.phone)]
        for pk, one in people.opened(rows, fields=("phone",)).items()
        if one.phone is not None
    }

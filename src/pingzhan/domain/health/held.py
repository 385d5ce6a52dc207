"""The last temperatures of a slot, for obligations that are made after them; whether all are there the coverage says.

Symptoms have no reader: a case brings about what is due of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Case, DateTimeField, DurationField, F, Func, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from pingzhan.domain.health.duties import TEMPERATURES
from pingzhan.domain.health.models import Reading
from pingzhan.domain.health.slots import DAY_MINUTES, HOUR
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Asked, Rows, business_clock, latest, register_held
from pingzhan.domain.obligations.api import Evidence as Piece


def _temperatures(asked: Asked) -> Sequence[Piece]:
    first, last = timezone.localdate(asked.since), timezone.localdate(asked.until)
    # The day leaves the other parts of the table unread; the evening's slot ends after midnight.
    rows = Reading.objects.filter(day__gte=first - timedelta(days=1), day__lte=last)
    at = Greatest(F("measured_at"), _beginning())
    return latest(asked, Rows(rows, TEMPERATURES, at, "received_at", ref="team_id"))


def _beginning() -> Func:
    """Return when the slot of a reading begins: what was measured before the first one counts from there."""
    clock = business_clock()
    start = clock.day_start.hour * HOUR + clock.day_start.minute
    minutes = F("slot") + Case(When(slot__lt=start, then=DAY_MINUTES), default=0)
    after = Func(
        minutes, template="make_interval(mins => (%(expressions)s)::int)", output_field=DurationField()
    )
    local = Func(
        F("day"), after, arg_joiner=" + ", template="(%(expressions)s)", output_field=DateTimeField()
    )
    zone = Value(timezone.get_default_timezone_name())
    return Func(
        local, zone, arg_joiner=" AT TIME ZONE ", template="(%(expressions)s)", output_field=DateTimeField()
    )


def register() -> None:
    """Let obligations that are made after temperatures ask for them."""
    register_held(Evidence.TEMPERATURE.value, _temperatures)

"""Which sampling phone is with which team, and when it last sent what it had written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from pingzhan.domain.screening.models import CustodyStep, Sample, SamplingTeam, TeamDevice
from pingzhan.foundation.access.models import Device


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A phone as who leads sampling sees it: its team, and when the record of its highest number came in."""

    device: Device
    team: SamplingTeam | None
    sent_at: datetime | None


def phone_lines(phones: Sequence[Device]) -> list[PhoneLine]:
    """Return the phones in their order, with team and last sending. Three queries however many phones there are."""
    numbers = [one.pk for one in phones]
    given = TeamDevice.objects.filter(device__in=numbers).select_related("team")
    teams = {one.device_id: one.team for one in given}
    sent: dict[int, datetime] = {}
    for model, at in ((Sample, "received_at"), (CustodyStep, "at")):
        newest = model._default_manager.filter(device_id=OuterRef("pk")).order_by("-seq").values(at)[:1]
        rows = Device.objects.filter(pk__in=numbers).annotate(newest=Subquery(newest))
        for number, moment in rows.values_list("pk", "newest"):
            if moment is not None:
                sent[number] = max(moment, sent.get(number, moment))
    return [PhoneLine(one, teams.get(one.pk), sent.get(one.pk)) for one in phones]

"""A drill that is prepared, one that was held, its situation and its review, all of the first enterprise."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, Inject, Review
from tests.factories import SmallZone

WORLD = 70


def drilled(small: SmallZone) -> dict[str, Any]:
    """Return the numbers by field of the world of doors."""
    first = small.firms[0]
    prepared = drills.prepare_drill(
        unit=first, data=drills.DrillData("\u6f14\u7ec3", 3, "\u80cc\u666f"), by=small.root
    )
    command.order_switch(
        order=command.SwitchOrder(
            key="held", unit=first, level=3, reason="\u8bd5\u9a8c", basis="\u65b9\u6848", world=WORLD
        ),
        by=small.root,
    )
    command.stand_down(
        order=command.StandDown(key="held-end", unit=first, reason="\u6b62", world=WORLD), by=small.root
    )
    activation = Activation.objects.get(key="held")
    held = Drill.objects.create(
        world=WORLD,
        zone=small.zone,
        unit=first,
        title="\u6f14\u7ec3",
        level=3,
        scenario="\u80cc\u666f",
        made_by_name="\u67d0",
        state="ended",
        started_at=activation.at,
        ended_at=activation.ended_at,
        end_kind="stood_down",
        activation=activation,
    )
    inject = Inject.objects.create(
        drill=held,
        offset_min=1,
        target="group",
        code="medical",
        name="\u7ec4",
        text="\u60c5\u51b5",
        expected="\u884c\u52a8",
        fired_at=timezone.now(),
        fired_by_name="\u67d0",
    )
    return {
        "drill": prepared.pk,
        "held_drill": held.pk,
        "inject": inject.pk,
        "review": Review.objects.get(activation=activation).pk,
    }

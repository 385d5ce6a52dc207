"""Terms end by themselves: the loop writes down what is over and tells beforehand what will be."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from pingzhan.domain.measures import notices
from pingzhan.domain.measures.actions.forcing import (
    announce_change,
    end_force,
    end_restrictions,
    locked_force,
)
from pingzhan.domain.measures.enums import EndKind, RestrictionState
from pingzhan.domain.measures.models import Force, Restriction
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record

WARN_BEFORE = timedelta(days=3)
"""How long before the end of a term those who decide are told."""


def expire_terms() -> int:
    """Write down what is over; return how many. ``in_force`` leaves it out from the moment of its end anyway."""
    done = 0
    for pk in Force.objects.filter(end_kind="", ends_at__lte=Now()).values_list("pk", flat=True):
        with transaction.atomic():
            force = locked_force(pk)
            if force.end_kind or force.ends_at is None:
                continue
            by = system_actor(_("系统"))
            end_force(force, force.ends_at, kind=EndKind.EXPIRED, reason=_("期满"), by=by)
            _say("measures.expired", force, by)
            done += 1
    for pk in _replaced():
        with transaction.atomic():
            force = locked_force(pk)
            # A plan withdrawn meanwhile lets it hold on.
            if force.ended_at is not None and force.ended_at <= clock.now():
                end_restrictions(force, force.ended_at)
    for pk in Restriction.objects.filter(state=RestrictionState.IN_FORCE, ends_at__lte=Now()).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            row = Restriction.objects.select_related("force").get(pk=pk)
            force = locked_force(row.force_id)
            ended = Restriction.objects.filter(pk=pk, state=RestrictionState.IN_FORCE).update(
                state=RestrictionState.ENDED
            )
            if ended:
                _say("measures.restriction_expired", force, system_actor(_("系统")), restriction=pk)
                done += 1
    return done


def _replaced() -> list[int]:
    """Return what a planned version has replaced by now, where restrictions are still written as in force."""
    rows = Restriction.objects.filter(
        state=RestrictionState.IN_FORCE, force__end_kind=EndKind.REPLACED, force__ended_at__lte=Now()
    )
    return list(rows.values_list("force_id", flat=True).distinct())


def _say(verb: str, force: Force, by: Actor, **body: int) -> None:
    zone = force.slot.zone
    announce_change(zone, clock.now())
    record(
        verb,
        by=by,
        subject=("measure_force", force.pk),
        unit_path=zone.path,
        body={"version": force.version_id, **body},
    )


@transaction.atomic
def warn_ending() -> int:
    """Tell those who decide what ends within three days, once for each term; return how many notices were new."""
    told = 0
    soon = Now() + WARN_BEFORE
    with override("zh-hans"):
        for force in Force.objects.filter(
            end_kind="", ends_at__gt=Now(), ends_at__lte=soon, warned_at__isnull=True
        ).select_related("slot__zone", "version"):
            assert force.ends_at is not None
            told += notices.tell_ending(
                force.slot.zone,
                force,
                key=f"force:{force.pk}",
                title=_("措施集“%(title)s”将于%(when)s期满")
                % {"title": force.version.title, "when": _moment(force.ends_at)},
            )
            Force.objects.filter(pk=force.pk).update(warned_at=Now())
        for row in Restriction.objects.filter(
            state=RestrictionState.IN_FORCE, ends_at__gt=Now(), ends_at__lte=soon
        ).select_related("force__slot__zone", "measure"):
            assert row.ends_at is not None
            told += notices.tell_ending(
                row.force.slot.zone,
                row.force,
                key=f"restriction:{row.pk}:{row.ends_at:%Y%m%d}",
                title=_("限制性措施“%(title)s”将于%(when)s期满")
                % {"title": row.measure.title, "when": _moment(row.ends_at)},
            )
    return told


def _moment(at: datetime) -> str:
    local = localtime(at)
    return _("%(month)d月%(day)d日 %(time)s") % {
        "month": local.month,
        "day": local.day,
        "time": local.strftime("%H:%M"),
    }

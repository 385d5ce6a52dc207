"""What every change of shifts in force shares: constraints in words, history, the event, the open screens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import events
from pingzhan.domain.roster.enums import OPEN_SWAPS, ChangeKind, SwapState
from pingzhan.domain.roster.models import Shift, ShiftChange, SwapRequest
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

TOPIC = "roster"
"""Live topic of everything that changes who is on duty."""


@contextmanager
def in_words(model: type[models.Model]) -> Iterator[None]:
    """Turn a broken constraint of the model into Conflict with the constraint's own message."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None)
        for constraint in model._meta.constraints:
            if constraint.name == name:
                raise Conflict(str(constraint.violation_error_message), code=str(name)) from error
        raise


def checked(row: models.Model, place: str = "") -> None:
    """Raise Invalid with the messages of the row's fields; what other rows say is left to the database."""
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Invalid(
            "".join(m for found in error.message_dict.values() for m in found), place=place
        ) from error


def lock_zone(zone: Unit) -> None:
    """Let one change of a zone's roster at a time go on: it compares with shifts that others may be writing."""
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=zone.pk)


def lock_shift(pk: int) -> Shift:
    """Return a shift in force locked until commit; Conflict when it was replaced or cancelled meanwhile."""
    found = (
        Shift.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone", "person")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("这个班次已不存在。"))
    if not found.in_force:
        raise Conflict(
            _("这个班次已不在现行值班表里。"), hint=_("请回到值班表查看现在的安排。"), code="shift_over"
        )
    return found


def write_change(
    shift: Shift,
    kind: ChangeKind,
    *,
    before: Person | None,
    after: Person | None,
    by: Actor,
    reason: str = "",
) -> None:
    """Add one line to the history of a shift in force."""
    ShiftChange.objects.bulk_create(
        [change_row(shift, kind, before=before, after=after, by=by, reason=reason)]
    )


def change_row(
    shift: Shift,
    kind: ChangeKind,
    *,
    before: Person | None,
    after: Person | None,
    by: Actor,
    reason: str = "",
) -> ShiftChange:
    """Return one line of the history, not stored yet."""
    return ShiftChange(
        shift=shift,
        kind=kind,
        before=before,
        after=after,
        reason=reason.strip(),
        by_id=by.user_id,
        by_name=by.name or _("系统"),
    )


def lapse_swaps(shift_ids: Iterable[int]) -> None:
    """End the open requests about shifts that changed otherwise."""
    from django.db.models import Q
    from django.db.models.functions import Now

    ids = list(shift_ids)
    SwapRequest.objects.filter(Q(shift__in=ids) | Q(other__in=ids), state__in=OPEN_SWAPS).update(
        state=SwapState.LAPSED, ended_at=Now()
    )


def tell(zone: Unit, shift_ids: Iterable[int]) -> None:
    """Tell open screens and, after commit, whoever listens that duty changed."""
    ids = tuple(shift_ids)
    announce(TOPIC, {"zone": zone.pk, "shifts": len(ids)})
    event = events.DutyChanged(zone.pk, ids)
    transaction.on_commit(lambda: _send(event))


def _send(event: events.DutyChanged) -> None:
    events.duty_changed.send_robust(sender=Shift, event=event)


def required_reason(reason: str) -> str:
    """Return a reason that says something; Invalid otherwise."""
    text = " ".join(reason.split())
    if not text:
        raise Invalid(_("请写明理由。"), code="reason")
    if len(text) > 200:
        raise Invalid(_("理由不能超过 %(most)d 个字。") % {"most": 200}, code="reason_long")
    return text

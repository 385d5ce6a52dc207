"""采用: a proposal, as it was or as it was edited, is put in force in one action."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.frontline import rules
from pingzhan.domain.frontline.actions.telling import tell
from pingzhan.domain.frontline.enums import Mode
from pingzhan.domain.frontline.models import Adoption
from pingzhan.domain.frontline.notices import tell_adopted
from pingzhan.domain.organisation.api import ResponsibleChange, set_many_responsible
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid


@transaction.atomic
def adopt(
    *, zone: Unit, lines: Sequence[ResponsibleChange], by: Actor, mode: str = Mode.MISSING
) -> Adoption | None:
    """Set the responsible officials of the lines together; return the record, None when nothing changed.

    Everybody concerned gets one notice that lists his enterprises. All or nothing: raises what
    organisation.set_many_responsible raises (Conflict when a line was changed since it was shown), Refused
    without ASSIGN_OFFICIALS, Invalid for a rank of an enterprise named twice.
    """
    rules.require_assign(by, zone)
    if len({(one.unit, one.rank) for one in lines}) != len(lines):
        raise Invalid(_("同一家企业的同一次序只能出现一次。"), code="adopt_twice")
    done = set_many_responsible(zone=zone, changes=lines, by=by)
    if not done:
        return None
    adoption = Adoption.objects.create(
        zone=zone,
        mode=mode,
        lines=[one._asdict() for one in done],
        by_id=by.user_id,
        by_name=by.name,
    )
    told = tell_adopted(adoption, zone)
    tell(zone.pk)
    record(
        "frontline.adopt",
        by=by,
        subject=("adoption", adoption.pk),
        unit_path=zone.path,
        body={"lines": len(done), "told": told, "mode": str(mode)},
    )
    return adoption

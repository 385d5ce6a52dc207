"""What the actions share: row checks, who is inside which enterprise, the fact of a passage."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from pingzhan.domain.gate.enums import Direction, PassageKind, PassageOutcome, RefusalReason
from pingzhan.domain.gate.models import Passage
from pingzhan.domain.measures.api import Origin, judge_origin
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate did not open: why, in words for the guard, and what to do."""

    reason: RefusalReason
    message: str
    hint: str = ""


def check_open(enterprise: Unit) -> None:
    """Raise Invalid unless the unit is an enterprise that still exists."""
    if enterprise.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("门岗和货物只能登记在企业名下。"), place="enterprise")
    if Enterprise.objects.filter(unit=enterprise, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记。"), place="enterprise")


def check_origin(enterprise: Unit, text: str, day: date, *, told: bool) -> Origin | None:
    """Return the key region that the places in a text fall under. Invalid unless the enterprise was ``told`` of it."""
    origin = judge_origin(enterprise, text, day)
    if origin is not None and not told:
        values = {"region": origin.region, "level": origin.level_words, "begin": origin.begin.isoformat()}
        raise Invalid(
            _("到过的地方没有写到区县，其中%(region)s在重点地区名单上（%(level)s，%(begin)s 起）。") % values
            if origin.coarse
            else _("从重点地区来：%(region)s在名单上（%(level)s，%(begin)s 起）。") % values,
            place="region_told",
            hint=_("依据：%(clause)s（规则版本 %(version)s）。请先报企业联系人，不同意的不放行。")
            % {"clause": origin.clause, "version": origin.version},
            code="key_region",
        )
    return origin


def note_passage(
    enterprise: Unit,
    kind: PassageKind,
    direction: Direction,
    *,
    at: datetime,
    refusal: RefusalReason | None = None,
    visit_id: int | None = None,
    vehicle_id: int | None = None,
) -> None:
    """Add the fact that somebody passed, or was not let in, to what the guard wrote down on a page."""
    Passage.objects.create(
        uuid=uuid.uuid4(),
        enterprise=enterprise,
        kind=kind,
        direction=direction,
        outcome=PassageOutcome.REFUSED if refusal else PassageOutcome.PASSED,
        reason=refusal or "",
        visit_id=visit_id,
        vehicle_id=vehicle_id,
        device_at=at,
    )

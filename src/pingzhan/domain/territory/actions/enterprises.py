"""Changes of the register of enterprises. Each is one transaction and leaves one audit record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pingzhan.domain.territory import rules
from pingzhan.domain.territory.actions.common import checked, refuse_in_use
from pingzhan.domain.territory.actions.units import lock_tree, place_unit
from pingzhan.domain.territory.enums import STATUS_MOVES, EnterpriseStatus, RiskClass, StepKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, EnterpriseStep, Shift, Site, Team, Unit
from pingzhan.domain.territory.naming import credit_code_value, readings
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

#: What an enterprise may change of its own file; the rest is the zone's.
OWN_FIELDS = frozenset(
    {"short_name", "address", "headcount", "cold_chain", "imported_goods", "canteen", "dormitory"}
)
ZONE_FIELDS = frozenset({"name", "credit_code", "industry", "legal_form", "plot"})


@dataclass(frozen=True)
class EnterpriseData:
    """What is told of an enterprise at its registration. ``industry`` is a GB/T 4754 division, two digits."""

    name: str
    credit_code: str
    industry: str
    short_name: str = ""
    legal_form: str = "limited"
    address: str = ""
    plot: str = ""
    headcount: int = 0
    cold_chain: bool = False
    imported_goods: bool = False
    canteen: bool = False
    dormitory: bool = False

    def file_fields(self) -> dict[str, Any]:
        """Return the fields that are kept in the file, with the code in its one spelling."""
        initials, key = readings(self.name, self.short_name)
        return {
            "credit_code": credit_code_value(self.credit_code),
            "industry": self.industry.strip(),
            "short_name": self.short_name.strip(),
            "initials": initials,
            "sort_key": key,
            "legal_form": self.legal_form,
            "address": self.address.strip(),
            "plot": self.plot.strip(),
            "cold_chain": self.cold_chain,
            "imported_goods": self.imported_goods,
            "canteen": self.canteen,
            "dormitory": self.dormitory,
        }


def free_code(zone_path: str) -> str:
    """Return the next free code of the form E019; call it while the tree is held."""
    used = set(Unit.objects.filter(code__startswith="E").values_list("code", flat=True))
    n = Unit.objects.filter(kind=UnitKind.ENTERPRISE, path__startswith=zone_path).count() + 1
    while f"E{n:03d}" in used:
        n += 1
    return f"E{n:03d}"


@transaction.atomic
def register_enterprise(
    *,
    data: EnterpriseData,
    by: Actor,
    parent: Unit | None = None,
    unit: Unit | None = None,
    code: str = "",
    risk: RiskClass = RiskClass.LOW,
    risk_reason: str = "",
) -> Enterprise:
    """Register an enterprise below ``parent`` (a zone or an area), or give the existing ``unit`` its file.

    Without ``code`` the next free one is taken. A risk class above low needs a reason. Raises Refused
    without the right there, Invalid with the reason when the data do not fit (a wrong credit code, one that
    is registered already, an unknown industry).
    """
    if unit is not None:
        rules.require_zone_edit(by, unit)
        place = _with_file(unit, data)
    elif parent is not None:
        rules.require_register(by, parent)
        place = _placed(parent, data, code)
    else:
        raise Invalid(_("请选择企业所在的片区。"))
    row = new_file(place, data, risk, risk_reason, by=by)
    record(
        "territory.register_enterprise",
        by=by,
        subject=("unit", place.pk),
        unit_path=place.path,
        body={"risk": risk.value},
    )
    return row


def _with_file(unit: Unit, data: EnterpriseData) -> Unit:
    if unit.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("只有企业可以登记企业档案。"), place=unit.code)
    if (data.name.strip(), data.headcount) != (unit.name, unit.headcount):
        unit.name, unit.headcount = data.name.strip(), data.headcount
        checked(unit, unit.code).save(update_fields=["name", "headcount"])
    return unit


def _placed(parent: Unit, data: EnterpriseData, code: str) -> Unit:
    lock_tree()
    return place_unit(
        kind=UnitKind.ENTERPRISE,
        code=code.strip() or free_code(f"/{parent.path.split('/')[1]}/"),
        name=data.name,
        parent=parent,
        headcount=data.headcount,
    )


def new_file(unit: Unit, data: EnterpriseData, risk: RiskClass, risk_reason: str, *, by: Actor) -> Enterprise:
    """Make the file of a unit, for an action that has checked the right and keeps the record itself."""
    row = Enterprise(unit=unit, risk=risk, **data.file_fields())
    checked(row, unit.code).save(force_insert=True)
    if risk != RiskClass.LOW:
        _step(row=row, kind=StepKind.RISK, old=RiskClass.LOW, new=risk, reason=risk_reason, by=by)
    return row


@transaction.atomic
def change_enterprise(*, enterprise: Enterprise, changes: Mapping[str, Any], by: Actor) -> list[str]:
    """Change fields of the file (names of EnterpriseData) and return those that really differ.

    An enterprise itself may change OWN_FIELDS only. Raises Conflict for a closed enterprise.
    """
    row = locked(enterprise)
    unit = row.unit
    if set(changes) - OWN_FIELDS:
        rules.require_zone_edit(by, unit)
    else:
        rules.require_edit(by, unit)
    differing = apply_changes(row, changes)
    if differing:
        record(
            "territory.change_enterprise",
            by=by,
            subject=("unit", unit.pk),
            unit_path=unit.path,
            body={"fields": sorted(differing)},
        )
    return differing


def apply_changes(row: Enterprise, changes: Mapping[str, Any]) -> list[str]:
    """Write the changes of a locked file, for an action that has checked the right and keeps the record."""
    unknown = set(changes) - OWN_FIELDS - ZONE_FIELDS
    if unknown:
        raise Invalid(_("企业档案没有这一项：%(names)s。") % {"names": "、".join(sorted(unknown))})
    _refuse_closed(row)
    unit = row.unit
    differing: list[str] = []
    for name, value in changes.items():
        target: Any = unit if name in ("name", "headcount") else row
        new = value.strip() if isinstance(value, str) else value
        if name == "credit_code":
            new = credit_code_value(str(value))
        if getattr(target, name) != new:
            setattr(target, name, new)
            differing.append(name)
    if differing:
        row.initials, row.sort_key = readings(unit.name, row.short_name)
        checked(unit, unit.code).save(update_fields=["name", "headcount"])
        checked(row, unit.code).save(
            update_fields=[*(set(differing) - {"name", "headcount"}), "initials", "sort_key"]
        )
    return differing


@transaction.atomic
def set_risk(*, enterprise: Enterprise, risk: RiskClass, reason: str, by: Actor) -> Enterprise:
    """Put the enterprise into another risk class, with the reason. Only the zone may."""
    row = locked(enterprise)
    rules.require_zone_edit(by, row.unit)
    _refuse_closed(row)
    old = RiskClass(row.risk)
    _step(row=row, kind=StepKind.RISK, old=old, new=risk, reason=reason, by=by)
    row.risk = risk
    row.save(update_fields=["risk"])
    record(
        "territory.set_risk",
        by=by,
        subject=("unit", row.pk),
        unit_path=row.unit.path,
        body={"old": old.value, "risk": risk.value},
    )
    return row


@transaction.atomic
def set_status(*, enterprise: Enterprise, status: EnterpriseStatus, reason: str, by: Actor) -> Enterprise:
    """Stop, resume or close an enterprise, with the reason. Only the zone may.

    Closing (注销) is final: it is refused with the reasons while other modules need the enterprise
    (workers still employed), and closes its sites, shifts and teams. The file stays readable.
    """
    row = locked(enterprise)
    rules.require_zone_edit(by, row.unit)
    old = EnterpriseStatus(row.status)
    if status not in STATUS_MOVES[old]:
        raise Conflict(
            _("企业现为“%(old)s”，不能改为“%(new)s”。") % {"old": old.label, "new": status.label},
            place=row.unit.code,
        )
    _step(row=row, kind=StepKind.STATUS, old=old, new=status, reason=reason, by=by)
    closed = _close_parts(row) if status == EnterpriseStatus.CLOSED else {}
    row.status = status
    row.save(update_fields=["status"])
    record(
        "territory.set_status",
        by=by,
        subject=("unit", row.pk),
        unit_path=row.unit.path,
        body={"old": old.value, "status": status.value, **closed},
    )
    return row


@transaction.atomic
def merge_enterprise(*, source: Enterprise, target: Enterprise, reason: str, by: Actor) -> Enterprise:
    """Close ``source`` and name ``target`` as the enterprise it went into; return the closed file.

    For an absorbed enterprise and for one that was registered twice. Workers are transferred first, by the
    people module: the merge is refused while some are left. Raises Invalid for one and the same enterprise
    or another zone, Conflict when either is closed already.
    """
    if source.pk == target.pk:
        raise Invalid(_("企业不能并入自己。"), place=source.unit.code)
    first, second = sorted((source, target), key=lambda one: one.pk)
    rows = {row.pk: row for row in (locked(first), locked(second))}
    gone, kept = rows[source.pk], rows[target.pk]
    rules.require_zone_edit(by, gone.unit)
    rules.require_zone_edit(by, kept.unit)
    _refuse_closed(gone)
    _refuse_closed(kept)
    if gone.unit.path.split("/")[1] != kept.unit.path.split("/")[1]:
        raise Invalid(_("只能并入同一开发区的企业。"), place=gone.unit.code)
    _step(
        row=gone,
        kind=StepKind.STATUS,
        old=EnterpriseStatus(gone.status),
        new=EnterpriseStatus.CLOSED,
        reason=reason,
        by=by,
    )
    closed = _close_parts(gone)
    gone.status, gone.successor = EnterpriseStatus.CLOSED, kept
    gone.save(update_fields=["status", "successor"])
    record(
        "territory.merge_enterprise",
        by=by,
        subject=("unit", gone.pk),
        unit_path=gone.unit.path,
        body={"target": kept.pk, **closed},
    )
    return gone


def locked(enterprise: Enterprise) -> Enterprise:
    """Return the file locked until commit, with its unit. Raises NotFound when it is gone."""
    row = (
        Enterprise.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "unit__parent")
        .filter(pk=enterprise.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("没有这家企业的档案。"))
    return row


def refuse_closed_unit(unit: Unit) -> None:
    """Raise Conflict when the enterprise of this unit is closed, so nothing may be added to it."""
    row = Enterprise.objects.filter(pk=unit.pk).select_related("unit").first()
    if row is not None:
        _refuse_closed(row)


def _refuse_closed(row: Enterprise) -> None:
    if row.status == EnterpriseStatus.CLOSED:
        raise Conflict(
            _("%(name)s已经注销，档案只能查看。") % {"name": row.unit.name},
            place=row.unit.code,
            code="closed",
        )


def _step(
    *,
    row: Enterprise,
    kind: StepKind,
    old: RiskClass | EnterpriseStatus,
    new: RiskClass | EnterpriseStatus,
    reason: str,
    by: Actor,
) -> None:
    if old == new:
        raise Conflict(_("企业的%(what)s已经是“%(value)s”。") % {"what": kind.label, "value": new.label})
    if not reason.strip():
        raise Invalid(_("请写明理由。"), code="reason_missing")
    EnterpriseStep.objects.create(
        enterprise=row,
        kind=kind,
        old=old.value,
        new=new.value,
        reason=reason.strip(),
        by_user_id=by.user_id,
        by_name=by.name,
    )


def _close_parts(row: Enterprise) -> dict[str, int]:
    refuse_in_use(
        "enterprise", [row.pk], _("%(name)s现在不能注销。") % {"name": row.unit.name}, row.unit.code
    )
    live = {"enterprise_id": row.pk, "active": True}
    return {
        "teams": Team.objects.filter(**live).update(active=False),
        "shifts": Shift.objects.filter(**live).update(active=False),
        "sites": Site.objects.filter(**live).order_by(F("parent_id").desc()).update(active=False),
    }

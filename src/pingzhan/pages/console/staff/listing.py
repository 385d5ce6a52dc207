"""Devices and invitations as files, as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate.api import gate_names
from pingzhan.domain.screening.models import TeamDevice
from pingzhan.foundation.access import devices, invitations
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, Invitation
from pingzhan.foundation.access.roles import ROLES, Permission, Role
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.pages.console.zones import unit_names


@dataclass(frozen=True)
class Line:
    """A row, the name of its unit, and for a device the gate or team it is bound to."""

    row: Any
    unit: str
    bound: str = ""


def device_state(device: Device) -> tuple[str, str]:
    """Return the badge and the words of a device's state."""
    now = timezone.now()
    if device.revoked_at is not None:
        return "idle", _("已停用")
    if device.expires_at <= now:
        return "idle", _("已到期")
    if device.token_sha is not None:
        return "ok", _("在用")
    if device.enrol_until is not None and device.enrol_until > now:
        return "warn", _("待登记")
    return "idle", _("未登记")


def invitation_state(row: Invitation) -> tuple[str, str]:
    """Return the badge and the words of how far an invitation has come."""
    if row.used_at:
        return "ok", _("已用")
    if row.withdrawn_at:
        return "idle", _("已撤回")
    if row.token_sha:
        return "info", _("已发放")
    return "warn", _("待发放") if row.approved_at else _("待同意")


def device_rows(actor: Actor, params: Params) -> QuerySet[Device]:
    """Return the devices of the page, the newest first."""
    return devices.visible_to(actor).select_related("issued_by").order_by("-pk")


def invitation_rows(actor: Actor, params: Params) -> QuerySet[Invitation]:
    """Return the invitations of the page: those still open, with ``all=1`` every one."""
    rows = invitations.visible_to(actor).select_related("proposed_by", "approved_by").order_by("-pk")
    return rows if params.get("all") == "1" else rows.filter(used_at=None, withdrawn_at=None)


def role_name(role: str) -> str:
    """Return what a role is called; one that this version does not know by its key."""
    return str(ROLES[Role(role)].label) if role in set(Role) else role


def bindings(device_ids: Iterable[int]) -> dict[int, str]:
    """Return by device the gate or the sampling team it is bound to. Two queries."""
    ids = list(device_ids)
    teams = TeamDevice.objects.filter(device__in=ids).values_list("device_id", "team__name")
    return {**gate_names(ids), **dict(teams)}


def _devices(rows: Sequence[Device]) -> Sequence[Line]:
    names, bound = unit_names(row.unit_path for row in rows), bindings(row.pk for row in rows)
    return [Line(row, names[row.unit_path], bound.get(row.pk, "")) for row in rows]


def _with_units(rows: Sequence[Any]) -> Sequence[Line]:
    names = unit_names(row.unit_path for row in rows)
    return [Line(row, names[row.unit_path]) for row in rows]


def _state(words: tuple[str, str]) -> str:
    return words[1]


DEVICES = Listing(
    key="staff.devices",
    title=gettext_lazy("设备"),
    columns=(
        OutColumn("name", gettext_lazy("名称"), lambda line: line.row.name, width=24),
        OutColumn("kind", gettext_lazy("用途"), lambda line: str(line.row.get_kind_display())),
        OutColumn("unit", gettext_lazy("单位"), lambda line: line.unit, width=28),
        OutColumn("bound", gettext_lazy("绑定"), lambda line: line.bound or None, width=24),
        OutColumn("by", gettext_lazy("发放人"), lambda line: line.row.issued_by.name),
        OutColumn("issued", gettext_lazy("发放时间"), lambda line: line.row.issued_at, width=20),
        OutColumn("expires", gettext_lazy("到期"), lambda line: line.row.expires_at, width=20),
        OutColumn("seen", gettext_lazy("最近使用"), lambda line: line.row.seen_at, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda line: _state(device_state(line.row))),
    ),
    queryset=device_rows,
    may=lambda actor: actor.has(Permission.MANAGE_DEVICES),
    load=_devices,
)
INVITATIONS = Listing(
    key="staff.invitations",
    title=gettext_lazy("邀请"),
    columns=(
        OutColumn("name", gettext_lazy("姓名"), lambda line: line.row.name),
        OutColumn("username", gettext_lazy("用户名"), lambda line: line.row.username, width=24),
        OutColumn("role", gettext_lazy("角色"), lambda line: role_name(line.row.role)),
        OutColumn("unit", gettext_lazy("范围"), lambda line: line.unit, width=28),
        OutColumn("proposed", gettext_lazy("提出"), lambda line: getattr(line.row.proposed_by, "name", None)),
        OutColumn("approved", gettext_lazy("同意"), lambda line: getattr(line.row.approved_by, "name", None)),
        OutColumn("at", gettext_lazy("提出时间"), lambda line: line.row.proposed_at, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda line: _state(invitation_state(line.row))),
    ),
    queryset=invitation_rows,
    may=invitations.can_propose,
    load=_with_units,
)


def register() -> None:
    """Make the lists exportable; called once when the application is ready."""
    register_listing(DEVICES)
    register_listing(INVITATIONS)

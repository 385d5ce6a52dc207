"""Roles and permissions. The database stores only the keys, so a renamed class breaks no grant.

Separation of duties (三权分立): the system administrator keeps the machine running and opens accounts, the
security administrator hands out roles, the auditor reads and verifies the trail. No one of the three orders
a switch or edits a structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing an actor may do in the units his grants cover."""

    VIEW_CONSOLE = "view_console"
    ORDER_SWITCH = "order_switch"
    EDIT_STRUCTURE = "edit_structure"
    PUBLISH_STRUCTURE = "publish_structure"
    VIEW_STRUCTURE = "view_structure"
    MANAGE_SEATS = "manage_seats"
    VIEW_TASKS = "view_tasks"
    VIEW_AUDIT = "view_audit"
    VERIFY_AUDIT = "verify_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    EDIT_TERRITORY = "edit_territory"
    REGISTER_ABSENCE = "register_absence"


PERMISSION_LABELS: dict[Permission, Promise] = {
    Permission.VIEW_CONSOLE: _("查看值班台"),
    Permission.ORDER_SWITCH: _("下达平战转换命令"),
    Permission.EDIT_STRUCTURE: _("编制组织架构"),
    Permission.PUBLISH_STRUCTURE: _("发布组织架构"),
    Permission.VIEW_STRUCTURE: _("查看组织架构"),
    Permission.MANAGE_SEATS: _("换人、登记电话通知"),
    Permission.VIEW_TASKS: _("查看自己的任务"),
    Permission.VIEW_AUDIT: _("查看留痕"),
    Permission.VERIFY_AUDIT: _("核验留痕"),
    Permission.MANAGE_ACCOUNTS: _("管理账号和角色"),
    Permission.EDIT_TERRITORY: _("维护区域和企业"),
    Permission.REGISTER_ABSENCE: _("登记请假和离岗"),
}


class Role(StrEnum):
    """The stable keys stored in grants."""

    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    ORGANISER = "organiser"
    OFFICIAL = "official"
    COMPANY = "company"


@dataclass(frozen=True)
class RoleInfo:
    """What a role is called, what it is for, and what it permits."""

    label: Promise
    description: Promise
    permissions: frozenset[Permission]


_P = Permission

ROLES: dict[Role, RoleInfo] = {
    Role.SYSTEM_ADMIN: RoleInfo(
        _("系统管理员"),
        _("维护系统运行，开设和停用账号，维护区域和企业；不下命令，不给自己授业务角色。"),
        frozenset({_P.MANAGE_ACCOUNTS, _P.EDIT_TERRITORY, _P.VIEW_STRUCTURE}),
    ),
    Role.SECURITY_ADMIN: RoleInfo(
        _("安全管理员"),
        _("给账号授予和收回角色；不给自己授权。"),
        frozenset({_P.MANAGE_ACCOUNTS, _P.VIEW_STRUCTURE}),
    ),
    Role.AUDITOR: RoleInfo(
        _("审计员"),
        _("查看并核验全部留痕；不办业务。"),
        frozenset({_P.VIEW_AUDIT, _P.VERIFY_AUDIT, _P.VIEW_STRUCTURE}),
    ),
    Role.DUTY_OFFICER: RoleInfo(
        _("值班长"),
        _("守值班台，下达和解除平战转换，换人，登记电话通知和请假。"),
        frozenset(
            {
                _P.VIEW_CONSOLE,
                _P.ORDER_SWITCH,
                _P.VIEW_STRUCTURE,
                _P.MANAGE_SEATS,
                _P.VIEW_TASKS,
                _P.VIEW_AUDIT,
                _P.REGISTER_ABSENCE,
            }
        ),
    ),
    Role.LEADER: RoleInfo(
        _("领导小组"),
        _("看全局，下达和解除平战转换，批准组织架构。"),
        frozenset(
            {
                _P.VIEW_CONSOLE,
                _P.ORDER_SWITCH,
                _P.PUBLISH_STRUCTURE,
                _P.VIEW_STRUCTURE,
                _P.MANAGE_SEATS,
                _P.VIEW_TASKS,
                _P.VIEW_AUDIT,
            }
        ),
    ),
    Role.ORGANISER: RoleInfo(
        _("组织编制员"),
        _("读入通知，处理问题，编制和发布组织架构，登记请假。"),
        frozenset(
            {
                _P.EDIT_STRUCTURE,
                _P.PUBLISH_STRUCTURE,
                _P.VIEW_STRUCTURE,
                _P.VIEW_TASKS,
                _P.EDIT_TERRITORY,
                _P.REGISTER_ABSENCE,
            }
        ),
    ),
    Role.OFFICIAL: RoleInfo(
        _("机关干部"),
        _("看自己的岗位和任务，签收，反馈。"),
        frozenset({_P.VIEW_STRUCTURE, _P.VIEW_TASKS}),
    ),
    Role.COMPANY: RoleInfo(
        _("企业联系人"),
        _("看本企业的任务并办理。"),
        frozenset({_P.VIEW_TASKS}),
    ),
}


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that carry a permission, in the order they are declared."""
    return tuple(role for role, info in ROLES.items() if permission in info.permissions)

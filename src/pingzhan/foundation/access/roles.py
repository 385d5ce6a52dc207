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
    APPROVE_ABSENCE = "approve_absence"
    VIEW_ENTERPRISES = "view_enterprises"
    EDIT_ENTERPRISE = "edit_enterprise"
    VIEW_WORKERS = "view_workers"
    EDIT_WORKERS = "edit_workers"
    REVEAL_PERSONAL = "reveal_personal"
    EXPORT_PERSONAL = "export_personal"
    MANAGE_PRIVACY = "manage_privacy"
    ORDER_ERASURE = "order_erasure"
    WRITE_DOCUMENTS = "write_documents"
    ISSUE_DOCUMENTS = "issue_documents"
    EDIT_TEMPLATES = "edit_templates"
    SEND_NOTICES = "send_notices"
    VIEW_MESSAGES = "view_messages"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_ROSTER = "manage_roster"
    ISSUE_ORDERS = "issue_orders"
    CHECK_ORDERS = "check_orders"
    WRITE_REPORTS = "write_reports"
    SIGN_REPORTS = "sign_reports"
    MANAGE_DRILLS = "manage_drills"
    ASSIGN_OFFICIALS = "assign_officials"
    MANAGE_MEASURES = "manage_measures"
    PUBLISH_MEASURES = "publish_measures"
    WAIVE_OBLIGATIONS = "waive_obligations"
    VIEW_LEDGERS = "view_ledgers"
    KEEP_LEDGERS = "keep_ledgers"
    KEEP_GATE = "keep_gate"
    VIEW_HEALTH = "view_health"
    REVIEW_PLANS = "review_plans"
    HANDLE_INCIDENTS = "handle_incidents"
    VIEW_SCREENING = "view_screening"
    PLAN_SCREENING = "plan_screening"
    KEEP_SAMPLING = "keep_sampling"
    ENTER_RESULTS = "enter_results"
    VIEW_RESULTS = "view_results"
    FOLLOW_POSITIVES = "follow_positives"


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
    Permission.APPROVE_ABSENCE: _("批准 AB 岗同时离岗"),
    Permission.VIEW_ENTERPRISES: _("查看企业档案"),
    Permission.EDIT_ENTERPRISE: _("维护企业档案、场所和班组"),
    Permission.VIEW_WORKERS: _("查看职工花名册"),
    Permission.EDIT_WORKERS: _("维护职工花名册"),
    Permission.REVEAL_PERSONAL: _("查看完整的证件号码、电话和住址"),
    Permission.EXPORT_PERSONAL: _("导出未遮盖的个人信息"),
    Permission.MANAGE_PRIVACY: _("管理个人信息的保存期限和销毁"),
    Permission.ORDER_ERASURE: _("批准销毁个人信息"),
    Permission.WRITE_DOCUMENTS: _("拟写公文"),
    Permission.ISSUE_DOCUMENTS: _("签发公文和编发文号"),
    Permission.EDIT_TEMPLATES: _("维护公文模板"),
    Permission.SEND_NOTICES: _("发送通知"),
    Permission.VIEW_MESSAGES: _("查看通知发送情况"),
    Permission.MANAGE_CHANNELS: _("管理通知渠道"),
    Permission.MANAGE_JOBS: _("管理后台任务"),
    Permission.MANAGE_SETTINGS: _("管理系统设置"),
    Permission.MANAGE_DEVICES: _("发放和停用设备"),
    Permission.MANAGE_ROSTER: _("编排值班表"),
    Permission.ISSUE_ORDERS: _("交办任务、记录会议和决定"),
    Permission.CHECK_ORDERS: _("核实反馈和销号"),
    Permission.WRITE_REPORTS: _("编写信息报告"),
    Permission.SIGN_REPORTS: _("签发信息报告"),
    Permission.MANAGE_DRILLS: _("组织演练和复盘"),
    Permission.ASSIGN_OFFICIALS: _("安排包保和下沉一线"),
    Permission.MANAGE_MEASURES: _("编制防控措施集"),
    Permission.PUBLISH_MEASURES: _("发布措施集并投入执行"),
    Permission.WAIVE_OBLIGATIONS: _("批准免除当日事项"),
    Permission.VIEW_LEDGERS: _("查看企业台账和落实情况"),
    Permission.KEEP_LEDGERS: _("登记本企业的防控台账"),
    Permission.KEEP_GATE: _("登记门岗进出"),
    Permission.VIEW_HEALTH: _("查看职工的体温、症状和返岗情况"),
    Permission.REVIEW_PLANS: _("审核企业方案和预案"),
    Permission.HANDLE_INCIDENTS: _("接收和处置企业事件报告"),
    Permission.VIEW_SCREENING: _("查看检测轮次和覆盖"),
    Permission.PLAN_SCREENING: _("编制和采用检测计划"),
    Permission.KEEP_SAMPLING: _("采样和交接"),
    Permission.ENTER_RESULTS: _("录入检测结果"),
    Permission.VIEW_RESULTS: _("查看个人检测结果"),
    Permission.FOLLOW_POSITIVES: _("处置混管阳性"),
}


SITE_WIDE: frozenset[Permission] = frozenset(
    {Permission.MANAGE_CHANNELS, Permission.MANAGE_JOBS, Permission.MANAGE_SETTINGS}
)
"""What has no place but the whole site: a grant for an area or an enterprise does not give it."""


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
    CLERK = "clerk"
    PRIVACY_OFFICER = "privacy_officer"
    GATE_GUARD = "gate_guard"
    SAMPLER = "sampler"
    LABORATORY = "laboratory"


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
        frozenset(
            {
                _P.MANAGE_ACCOUNTS,
                _P.EDIT_TERRITORY,
                _P.VIEW_ENTERPRISES,
                _P.VIEW_STRUCTURE,
                _P.MANAGE_JOBS,
                _P.MANAGE_SETTINGS,
                _P.MANAGE_CHANNELS,
                _P.VIEW_MESSAGES,
            }
        ),
    ),
    Role.SECURITY_ADMIN: RoleInfo(
        _("安全管理员"),
        _("给账号授予和收回角色；不给自己授权。"),
        frozenset({_P.MANAGE_ACCOUNTS, _P.VIEW_STRUCTURE, _P.MANAGE_DEVICES}),
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
                _P.VIEW_ENTERPRISES,
                _P.VIEW_WORKERS,
                _P.REVEAL_PERSONAL,
                _P.SEND_NOTICES,
                _P.VIEW_MESSAGES,
                _P.MANAGE_DEVICES,
                _P.MANAGE_ROSTER,
                _P.ISSUE_ORDERS,
                _P.CHECK_ORDERS,
                _P.WRITE_REPORTS,
                _P.SIGN_REPORTS,
                _P.MANAGE_DRILLS,
                _P.ASSIGN_OFFICIALS,
                _P.WAIVE_OBLIGATIONS,
                _P.VIEW_LEDGERS,
                _P.VIEW_HEALTH,
                _P.REVIEW_PLANS,
                _P.HANDLE_INCIDENTS,
                _P.VIEW_SCREENING,
                _P.VIEW_RESULTS,
                _P.FOLLOW_POSITIVES,
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
                _P.REGISTER_ABSENCE,
                _P.APPROVE_ABSENCE,
                _P.VIEW_ENTERPRISES,
                _P.VIEW_WORKERS,
                _P.ORDER_ERASURE,
                _P.ISSUE_DOCUMENTS,
                _P.SEND_NOTICES,
                _P.VIEW_MESSAGES,
                _P.ISSUE_ORDERS,
                _P.CHECK_ORDERS,
                _P.SIGN_REPORTS,
                _P.MANAGE_DRILLS,
                _P.PUBLISH_MEASURES,
                _P.WAIVE_OBLIGATIONS,
                _P.VIEW_LEDGERS,
                _P.HANDLE_INCIDENTS,
                _P.VIEW_SCREENING,
                _P.VIEW_RESULTS,
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
                _P.VIEW_ENTERPRISES,
                _P.EDIT_ENTERPRISE,
                _P.MANAGE_ROSTER,
                _P.ASSIGN_OFFICIALS,
                _P.MANAGE_DRILLS,
                _P.MANAGE_MEASURES,
                _P.VIEW_LEDGERS,
                _P.VIEW_SCREENING,
                _P.PLAN_SCREENING,
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
        _("看本企业的任务并办理，维护本企业的档案和职工花名册。"),
        frozenset(
            {
                _P.VIEW_TASKS,
                _P.VIEW_ENTERPRISES,
                _P.EDIT_ENTERPRISE,
                _P.VIEW_WORKERS,
                _P.EDIT_WORKERS,
                _P.REVEAL_PERSONAL,
                _P.VIEW_LEDGERS,
                _P.KEEP_LEDGERS,
                _P.KEEP_GATE,
                _P.VIEW_HEALTH,
            }
        ),
    ),
    Role.CLERK: RoleInfo(
        _("综合文秘"),
        _("拟写、编号和印发公文，维护模板，发送通知，登记企业。"),
        frozenset(
            {
                _P.VIEW_STRUCTURE,
                _P.VIEW_TASKS,
                _P.VIEW_ENTERPRISES,
                _P.EDIT_ENTERPRISE,
                _P.WRITE_DOCUMENTS,
                _P.ISSUE_DOCUMENTS,
                _P.EDIT_TEMPLATES,
                _P.SEND_NOTICES,
                _P.VIEW_MESSAGES,
                _P.WRITE_REPORTS,
            }
        ),
    ),
    Role.PRIVACY_OFFICER: RoleInfo(
        _("个人信息保护负责人"),
        _("管理保存期限，办理查阅和更正，拟订并执行销毁；销毁由领导小组批准。"),
        frozenset(
            {
                _P.VIEW_STRUCTURE,
                _P.MANAGE_PRIVACY,
                _P.VIEW_WORKERS,
                _P.REVEAL_PERSONAL,
                _P.EXPORT_PERSONAL,
            }
        ),
    ),
    Role.GATE_GUARD: RoleInfo(
        _("门岗"),
        _("登记本企业的来访、车辆和货物进出；看不到职工档案。"),
        frozenset({_P.KEEP_GATE}),
    ),
    Role.SAMPLER: RoleInfo(
        _("采样员"),
        _("在采样点登记采样、封管和交接；看不到检测结果。"),
        frozenset({_P.KEEP_SAMPLING}),
    ),
    Role.LABORATORY: RoleInfo(
        _("检测实验室"),
        _("接收采样管，录入和更正结果；看不到管内是谁。"),
        frozenset({_P.ENTER_RESULTS}),
    ),
}


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that carry a permission, in the order they are declared."""
    return tuple(role for role, info in ROLES.items() if permission in info.permissions)

"""The main navigation, and which page a person starts on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.context import NavItem


@dataclass(frozen=True)
class Entry:
    """A page of the navigation: ``key`` names its icon, ``view`` its address, ``permission`` who sees it.

    ``source`` is the source of rights the permission has to come from, when not from just any.
    """

    key: str
    label: Promise
    view: str
    permission: Permission
    source: str = ""

    def open_to(self, actor: Actor) -> bool:
        """Return whether this person sees the page."""
        if self.source:
            return any(
                right.source == self.source and self.permission in right.permissions for right in actor.rights
            )
        return actor.has(self.permission)


ENTRIES: tuple[Entry, ...] = (
    # Who keeps an enterprise's ledgers begins his day here; who only reads them comes from the enterprise.
    Entry("today", _("今日要办"), "today:index", Permission.KEEP_LEDGERS),
    Entry("duty", _("值班台"), "duty:board", Permission.VIEW_CONSOLE),
    Entry("wall", _("指挥大屏"), "wall:index", Permission.VIEW_CONSOLE),
    Entry("switch", _("平战转换"), "switch:scope", Permission.ORDER_SWITCH),
    Entry("tasks", _("我的任务"), "tasks:mine", Permission.VIEW_TASKS),
    Entry("structure", _("组织架构"), "structure:index", Permission.VIEW_STRUCTURE),
    Entry("roster", _("值班"), "roster:index", Permission.VIEW_STRUCTURE),
    Entry("drills", _("演练复盘"), "drills:index", Permission.MANAGE_DRILLS),
    Entry("orders", pgettext_lazy("several", "督办"), "orders:index", Permission.VIEW_TASKS),
    Entry("frontline", _("包保与下沉"), "frontline:index", Permission.ASSIGN_OFFICIALS),
    Entry("frontline", _("包保与下沉"), "frontline:index", Permission.VIEW_CONSOLE),
    # Who answers for enterprises, and sees nothing else of this: his own.
    Entry(
        "frontline",
        _("我的企业"),
        "frontline:mine",
        Permission.VIEW_ENTERPRISES,
        "organisation.responsible",
    ),
    Entry("reports", _("信息报告"), "reports:index", Permission.VIEW_CONSOLE),
    Entry("reports", _("信息报告"), "reports:index", Permission.WRITE_REPORTS),
    Entry("reports", _("信息报告"), "reports:index", Permission.SIGN_REPORTS),
    Entry("reports", _("零报告"), "reports:mine", Permission.VIEW_TASKS),
    Entry("readiness", _("就绪检查"), "readiness:index", Permission.VIEW_STRUCTURE),
    Entry("enterprises", pgettext_lazy("several", "企业"), "enterprises:index", Permission.VIEW_ENTERPRISES),
    Entry("plan", _("园区平面图"), "plan:index", Permission.VIEW_ENTERPRISES),
    Entry("workers", _("职工"), "workers:index", Permission.VIEW_WORKERS),
    Entry("imports", _("导入"), "imports:index", Permission.EDIT_WORKERS),
    Entry("imports", _("导入"), "imports:index", Permission.EDIT_ENTERPRISE),
    Entry("messages", _("通知"), "messages:index", Permission.VIEW_MESSAGES),
    Entry("documents", _("公文"), "documents:index", Permission.WRITE_DOCUMENTS),
    Entry("documents", _("公文"), "documents:index", Permission.ISSUE_DOCUMENTS),
    Entry("audit", _("留痕"), "audit:index", Permission.VIEW_AUDIT),
    # Administrators open accounts, organisers tie them to persons; nobody is both (access.actions).
    Entry("people", _("账号与角色"), "staff:index", Permission.MANAGE_ACCOUNTS),
    Entry("people", _("账号与角色"), "staff:index", Permission.EDIT_STRUCTURE),
    Entry("access", _("谁能看到"), "access:index", Permission.MANAGE_ACCOUNTS),
    Entry("access", _("谁能看到"), "access:index", Permission.VIEW_AUDIT),
    Entry("access", _("谁能看到"), "access:index", Permission.MANAGE_PRIVACY),
    Entry("privacy", _("个人信息"), "privacy:index", Permission.MANAGE_PRIVACY),
    Entry("privacy", _("个人信息"), "privacy:index", Permission.ORDER_ERASURE),
    Entry("privacy", _("个人信息"), "privacy:index", Permission.VERIFY_AUDIT),
    Entry("devices", _("设备"), "devices:index", Permission.MANAGE_DEVICES),
    Entry("jobs", _("后台任务"), "jobs:index", Permission.MANAGE_JOBS),
    Entry("settings", _("系统设置"), "settings:index", Permission.MANAGE_SETTINGS),
    Entry("returnees", _("返岗登记"), "returnees:index", Permission.VIEW_LEDGERS),
    Entry("health", _("体温与症状"), "health:index", Permission.VIEW_LEDGERS),
    Entry("compliance", _("落实情况"), "compliance:index", Permission.VIEW_LEDGERS),
    # Who watches over others; the enterprises see their own under the page above.
    Entry("board", _("工作组看板"), "board:index", Permission.WAIVE_OBLIGATIONS),
    Entry("board", _("工作组看板"), "board:index", Permission.REVIEW_PLANS),
    Entry("board", _("工作组看板"), "board:index", Permission.MANAGE_MEASURES),
    Entry("measures", _("措施集"), "measures:index", Permission.MANAGE_MEASURES),
    Entry("measures", _("措施集"), "measures:index", Permission.PUBLISH_MEASURES),
    Entry("measures", _("措施集"), "measures:index", Permission.VIEW_LEDGERS),
    Entry("gate", _("门岗"), "gate:index", Permission.KEEP_GATE),
    Entry("gate", _("门岗"), "gate:index", Permission.VIEW_LEDGERS),
    Entry("goods", _("货物静置"), "goods:index", Permission.VIEW_LEDGERS),
    Entry("plans", _("方案预案"), "plans:index", Permission.VIEW_LEDGERS),
    Entry("plans", _("方案预案"), "plans:index", Permission.REVIEW_PLANS),
    Entry("incidents", _("事件报告"), "incidents:index", Permission.VIEW_LEDGERS),
    Entry("incidents", _("事件报告"), "incidents:index", Permission.HANDLE_INCIDENTS),
    Entry("supplies", _("防控物资"), "supplies:index", Permission.VIEW_LEDGERS),
    Entry("sanitation", _("消杀通风"), "sanitation:index", Permission.VIEW_LEDGERS),
    Entry("firm_duty", _("企业值守"), "firm_duty:index", Permission.VIEW_LEDGERS),
    Entry("production", _("生产经营"), "production:index", Permission.VIEW_LEDGERS),
    Entry("training", _("宣传培训"), "training:index", Permission.VIEW_LEDGERS),
    Entry("canteen", _("食堂"), "canteen:index", Permission.VIEW_LEDGERS),
    Entry("rounds", _("核酸检测"), "rounds:index", Permission.VIEW_SCREENING),
    Entry("rounds", _("核酸检测"), "rounds:index", Permission.PLAN_SCREENING),
    Entry("custody", _("样本流转"), "custody:index", Permission.VIEW_SCREENING),
    Entry("custody", _("样本流转"), "custody:index", Permission.KEEP_SAMPLING),
    Entry("custody", _("样本流转"), "custody:index", Permission.ENTER_RESULTS),
    Entry("pursuits", _("混管追阳"), "pursuits:index", Permission.FOLLOW_POSITIVES),
    Entry("pursuits", _("混管追阳"), "pursuits:index", Permission.VIEW_RESULTS),
    Entry("sampling", _("采样"), "field:page", Permission.KEEP_SAMPLING),
    Entry("laboratory", _("实验室"), "laboratory:index", Permission.ENTER_RESULTS),
    Entry("laboratory", _("实验室"), "laboratory:index", Permission.VIEW_RESULTS),
    Entry("testing", _("核酸检测安排"), "testing:index", Permission.VIEW_LEDGERS),
)

#: Pages that stand under one heading, and their order; every other page stands by itself.
HEADINGS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("command", _("值守与督办"), ("roster", "orders", "reports", "drills", "frontline", "readiness")),
    (
        "daily",
        _("防控台账"),
        (
            "plans",
            "returnees",
            "health",
            "gate",
            "goods",
            "sanitation",
            "canteen",
            "supplies",
            "training",
            "firm_duty",
            "incidents",
            "production",
            "testing",
        ),
    ),
    ("screening", _("核酸检测"), ("rounds", "custody", "sampling", "laboratory", "pursuits")),
    ("compliance", _("措施与落实"), ("measures", "compliance", "board")),
    ("firms", _("企业与职工"), ("enterprises", "workers", "plan", "imports")),
    ("papers", _("公文与通知"), ("documents", "messages", "inbox")),
    (
        "management",
        _("监督与管理"),
        ("audit", "people", "access", "devices", "privacy", "jobs", "settings"),
    ),
)

#: design.md section 1: the first screen of each role, by what it may do; the first that fits wins.
FIRST_SCREENS: tuple[str, ...] = (
    "duty",
    "audit",
    "tasks",
    "people",
    "structure",
    "gate",
    "sampling",
    "laboratory",
)

#: Who sees his tasks too, but has his work elsewhere: the right that tells, and the page.
WORKPLACES: tuple[tuple[Permission, str], ...] = (
    (Permission.EDIT_STRUCTURE, "structure"),
    (Permission.WRITE_DOCUMENTS, "documents"),
    (Permission.MANAGE_PRIVACY, "privacy"),
    (Permission.KEEP_LEDGERS, "today"),
)


def permitted(actor: Actor) -> list[Entry]:
    """Return the pages this person may open, each once, in the order of the navigation."""
    found: dict[str, Entry] = {}
    for entry in ENTRIES:
        if entry.open_to(actor):
            found.setdefault(entry.key, entry)
    return list(found.values())


def entries(request: HttpRequest) -> list[NavItem]:
    """Return the navigation of this request's person; empty for a visitor.

    A heading with one page that he may open is that page.
    """
    leaves = {
        entry.key: NavItem(label=str(entry.label), url=reverse(entry.view), key=entry.key)
        for entry in permitted(request_actor(request))
    }
    grouped = {key for _heading, _label, keys in HEADINGS for key in keys}
    items = [leaf for key, leaf in leaves.items() if key not in grouped]
    for heading, label, keys in HEADINGS:
        under = tuple(leaves[key] for key in keys if key in leaves)
        if len(under) == 1:
            items.append(under[0])
        elif under:
            items.append(NavItem(label=str(label), url=under[0].url, key=heading, children=under))
    return items


def first_screen(actor: Actor) -> str | None:
    """Return the address this person starts on, None when no page is open to him.

    指挥大屏 for those who lead and do not keep the desk, 值班台 for those who keep it, else the
    page of his own work (今日要办 of an enterprise), else 留痕, 我的任务, 组织架构.
    """
    open_to_him = {entry.key: entry for entry in permitted(actor)}
    order = FIRST_SCREENS
    if "wall" in open_to_him and not actor.has(Permission.MANAGE_ROSTER):
        return reverse(open_to_him["wall"].view)
    if "duty" not in open_to_him:
        for permission, key in WORKPLACES:
            if actor.has(permission):
                order = (key, *FIRST_SCREENS)
                break
    for key in order:
        if key in open_to_him:
            return reverse(open_to_him[key].view)
    return None

"""The main navigation, and which page a person starts on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.context import NavItem


@dataclass(frozen=True)
class Entry:
    """A page of the navigation: ``key`` names its icon, ``view`` its address, ``permission`` who sees it."""

    key: str
    label: Promise
    view: str
    permission: Permission


ENTRIES: tuple[Entry, ...] = (
    Entry("duty", _("值班台"), "duty:board", Permission.VIEW_CONSOLE),
    Entry("switch", _("平战转换"), "switch:scope", Permission.ORDER_SWITCH),
    Entry("tasks", _("我的任务"), "tasks:mine", Permission.VIEW_TASKS),
    Entry("structure", _("组织架构"), "structure:index", Permission.VIEW_STRUCTURE),
    Entry("readiness", _("就绪检查"), "readiness:index", Permission.VIEW_STRUCTURE),
    Entry("enterprises", _("企业"), "enterprises:index", Permission.VIEW_ENTERPRISES),
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
)

#: Pages that stand under one heading, and their order; every other page stands by itself.
HEADINGS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("firms", _("企业与职工"), ("enterprises", "workers", "plan", "imports")),
    ("papers", _("公文与通知"), ("documents", "messages", "inbox")),
    (
        "management",
        _("监督与管理"),
        ("audit", "people", "access", "devices", "privacy", "jobs", "settings"),
    ),
)

#: design.md section 1: the first screen of each role, by what it may do; the first that fits wins.
FIRST_SCREENS: tuple[str, ...] = ("duty", "audit", "tasks", "people", "structure")

#: Who sees his tasks too, but has his work elsewhere: the right that tells, and the page.
WORKPLACES: tuple[tuple[Permission, str], ...] = (
    (Permission.EDIT_STRUCTURE, "structure"),
    (Permission.WRITE_DOCUMENTS, "documents"),
    (Permission.MANAGE_PRIVACY, "privacy"),
)


def permitted(actor: Actor) -> list[Entry]:
    """Return the pages this person may open, each once, in the order of the navigation."""
    found: dict[str, Entry] = {}
    for entry in ENTRIES:
        if actor.has(entry.permission):
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

    值班台 for those who may see it, else the page of his own work, else 留痕, 我的任务, 组织架构.
    """
    open_to_him = {entry.key: entry for entry in permitted(actor)}
    order = FIRST_SCREENS
    if "duty" not in open_to_him:
        for permission, key in WORKPLACES:
            if actor.has(permission):
                order = (key, *FIRST_SCREENS)
                break
    for key in order:
        if key in open_to_him:
            return reverse(open_to_him[key].view)
    return None

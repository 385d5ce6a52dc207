"""Lists of the console that can be taken out; a domain module registers its own in its apps.ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import ROLES, Permission, Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


@dataclass(frozen=True)
class _Account:
    user: User
    roles: str
    person: str


def _accounts(actor: Actor, params: Params) -> QuerySet[User]:
    return User.objects.prefetch_related("grants").order_by("username")


def _sees_accounts(actor: Actor) -> bool:
    return actor.has(Permission.MANAGE_ACCOUNTS) or actor.has(Permission.EDIT_STRUCTURE)


def _load_accounts(users: Sequence[User]) -> Sequence[_Account]:
    persons = dict(
        Person.objects.filter(account_id__in=[user.pk for user in users]).values_list("account_id", "name")
    )
    return [
        _Account(
            user,
            "、".join(
                dict.fromkeys(
                    str(ROLES[Role(one.role)].label) if one.role in set(Role) else one.role
                    for one in user.grants.all()
                )
            ),
            persons.get(user.pk, ""),
        )
        for user in users
    ]


ACCOUNTS = Listing(
    key="staff.accounts",
    title=gettext_lazy("账号与角色"),
    columns=(
        OutColumn("username", gettext_lazy("用户名"), lambda row: row.user.username),
        OutColumn("name", gettext_lazy("姓名"), lambda row: row.user.name),
        OutColumn("roles", gettext_lazy("角色"), lambda row: row.roles, width=30),
        OutColumn("person", gettext_lazy("对应人员"), lambda row: row.person),
        OutColumn("last_login", gettext_lazy("上次登录"), lambda row: row.user.last_login, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda row: _("启用") if row.user.is_active else _("停用")),
    ),
    queryset=_accounts,
    may=_sees_accounts,
    load=_load_accounts,
)


def register() -> None:
    """Make the lists exportable; called once when the application is ready."""
    register_listing(ACCOUNTS)

"""What a post of an emergency permits, as data: the switch gives it and the stand-down takes it away.

Serves 四（二） of the notice (平战一体、即时转换): nobody hands out roles in the middle of an emergency. The right
of a seat lasts while the seat is open and the order that opened it is in force, in the real world only, and
covers what that order covers. Routine seats permit nothing beyond what the person's roles permit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Value
from django.utils.translation import gettext as _

from pingzhan.domain.command.dutyset import GroupLike, function_of
from pingzhan.domain.command.models import SeatCause
from pingzhan.domain.organisation.enums import GroupKind, PostRole
from pingzhan.foundation.access.roles import Permission

P = Permission
ANY = ""


class Entry(NamedTuple):
    """One line of the table: function and role of a post, what it permits, the clause that says so."""

    function: str
    role: str
    permissions: frozenset[Permission]
    clause: str


TABLE: tuple[Entry, ...] = (
    # 领导小组：研判形势、发现问题、制定对策，组长指挥，副组长代行。
    Entry(
        "leading",
        PostRole.HEAD,
        frozenset(
            {P.VIEW_CONSOLE, P.ORDER_SWITCH, P.MANAGE_SEATS, P.VIEW_ENTERPRISES, P.VIEW_WORKERS, P.VIEW_AUDIT}
        ),
        "四（一）",
    ),
    Entry(
        "leading",
        PostRole.DEPUTY,
        frozenset({P.VIEW_CONSOLE, P.MANAGE_SEATS, P.VIEW_ENTERPRISES, P.VIEW_AUDIT}),
        "四（一）",
    ),
    Entry("leading", ANY, frozenset({P.VIEW_CONSOLE, P.VIEW_ENTERPRISES}), "四（一）"),
    # 综合协调组：统筹、上传下达、文字和信息。
    Entry(
        "coordination",
        ANY,
        frozenset({P.VIEW_CONSOLE, P.VIEW_ENTERPRISES, P.SEND_NOTICES, P.VIEW_MESSAGES, P.WRITE_DOCUMENTS}),
        "附件1（一）",
    ),
    # 监督核查组、督导检查组：到企业现场核查和督导，不看职工个人信息。
    Entry("verification", ANY, frozenset({P.VIEW_ENTERPRISES}), "附件1（二）"),
    Entry("inspection", ANY, frozenset({P.VIEW_ENTERPRISES}), "附件1（四）"),
    # 核酸检测组：按花名册组织采样；组长发放采样设备。
    Entry("testing", PostRole.HEAD, frozenset({P.MANAGE_DEVICES}), "附件1（三）"),
    Entry("testing", ANY, frozenset({P.VIEW_ENTERPRISES, P.VIEW_WORKERS}), "附件1（三）"),
    # 医疗保障组：与本人和医疗机构联络，需要完整的证件号码和电话。
    Entry("medical", ANY, frozenset({P.VIEW_ENTERPRISES, P.VIEW_WORKERS, P.REVEAL_PERSONAL}), "附件1（五）"),
    # 应急处置组：稳控和救援协调。
    Entry("response", ANY, frozenset({P.VIEW_ENTERPRISES, P.VIEW_WORKERS}), "附件1（六）"),
)
EVERYBODY = frozenset({P.VIEW_TASKS, P.VIEW_STRUCTURE})
"""人人有岗位有任务: whoever has a seat sees his post and tasks."""


def permissions_of(group: GroupLike, role: str) -> tuple[frozenset[Permission], str]:
    """Return what a post permits in an emergency and the clauses it rests on."""
    function = function_of(group)
    found = [entry for entry in TABLE if entry.function == function and entry.role in (ANY, role)]
    clauses = list(dict.fromkeys(entry.clause for entry in found))
    return frozenset().union(EVERYBODY, *(entry.permissions for entry in found)), "、".join(clauses)


def _open() -> QuerySet[SeatCause, Any]:
    """Return the open seats of real emergencies in force, with what is needed to say why."""
    return SeatCause.objects.filter(
        seat__world=0,
        seat__closed_at__isnull=True,
        seat__post__isnull=False,
        activation__ended_at__isnull=True,
    ).values(
        "seat__person_id",
        "seat__person__name",
        "seat__person__account_id",
        "seat__post__name",
        "seat__post__role",
        "seat__post__group__code",
        "seat__post__group__name",
        "seat__post__group__kind",
        "seat__unit__path",
        "activation__unit__path",
        "activation__at",
        "activation__basis",
    )


def _given(row: dict[str, Any]) -> tuple[Collection[Permission], str, str]:
    group = GroupLike(
        row["seat__post__group__code"], row["seat__post__group__name"], row["seat__post__group__kind"]
    )
    permissions, clauses = permissions_of(group, row["seat__post__role"])
    ordered, own = row["activation__unit__path"], row["seat__unit__path"]
    return permissions, own if own.startswith(ordered) else ordered, _reason(row, clauses)


def _reason(row: dict[str, Any], clauses: str) -> str:
    post = row["seat__post__name"]
    words = {
        "post": post
        if row["seat__post__group__kind"] == GroupKind.LEADING
        else (f"{row['seat__post__group__name']} · {post}"),
        "basis": row["activation__basis"],
        "clause": clauses,
    }
    if clauses:
        return _("在岗“%(post)s”，自平战转换（%(basis)s）起；依据通知 %(clause)s。") % words
    return _("在岗“%(post)s”，自平战转换（%(basis)s）起。") % words


def of_person(person_id: int) -> Iterable[tuple[Collection[Permission], str, str]]:
    """Return what the open seats of a person permit now (one query)."""
    return [_given(row) for row in _open().filter(seat__person_id=person_id)]


def over_unit(
    unit_path: str,
) -> Iterable[tuple[int, str, int | None, Collection[Permission], str, str]]:
    """Return everybody whose open seat covers the unit (one query): the page of who can see it."""
    rows = _open().annotate(asked=Value(unit_path)).filter(asked__startswith=F("activation__unit__path"))
    found = []
    for row in rows.order_by("seat__person__sort_key", "seat_id"):
        permissions, path, reason = _given(row)
        if unit_path.startswith(path):
            person = (row["seat__person_id"], row["seat__person__name"], row["seat__person__account_id"])
            found.append((*person, permissions, path, reason))
    return found

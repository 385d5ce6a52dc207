"""What a post of an emergency permits, as data: the switch gives it and the stand-down takes it away.

Serves 四（二） of the notice (平战一体、即时转换): nobody hands out roles in the middle of an emergency. The right
of a seat lasts while the seat is open and the order that opened it is in force, in the real world only, and
covers what that order covers. Who commands from the level above (提级指挥) has the rights of the head of the
leading group from then until he hands back. Routine seats permit nothing beyond what the person's roles permit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import CharField, F, Q, Value
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext as _

from pingzhan.domain.command.dutyset import GroupLike, function_of
from pingzhan.domain.command.models import CommandTenure, SeatCause
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
            {
                P.VIEW_CONSOLE,
                P.ORDER_SWITCH,
                P.MANAGE_SEATS,
                P.VIEW_ENTERPRISES,
                P.VIEW_LEDGERS,
                P.VIEW_WORKERS,
                P.VIEW_AUDIT,
                P.ISSUE_ORDERS,
                P.CHECK_ORDERS,
                P.SIGN_REPORTS,
            }
        ),
        "四（一）",
    ),
    Entry(
        "leading",
        PostRole.DEPUTY,
        frozenset({P.VIEW_CONSOLE, P.MANAGE_SEATS, P.VIEW_ENTERPRISES, P.VIEW_AUDIT, P.ISSUE_ORDERS}),
        "四（一）",
    ),
    Entry("leading", ANY, frozenset({P.VIEW_CONSOLE, P.VIEW_ENTERPRISES}), "四（一）"),
    # 综合协调组：统筹、上传下达、文字和信息。
    Entry(
        "coordination",
        ANY,
        frozenset(
            {
                P.VIEW_CONSOLE,
                P.VIEW_ENTERPRISES,
                P.VIEW_LEDGERS,
                P.HANDLE_INCIDENTS,
                P.SEND_NOTICES,
                P.VIEW_MESSAGES,
                P.WRITE_DOCUMENTS,
                P.ISSUE_ORDERS,
                P.WRITE_REPORTS,
            }
        ),
        "附件1（一）",
    ),
    # 监督核查组、督导检查组：到企业现场核查和督导，不看职工个人信息。
    Entry(
        "verification",
        ANY,
        frozenset({P.VIEW_ENTERPRISES, P.VIEW_LEDGERS, P.REVIEW_PLANS}),
        "附件1（二）",
    ),
    Entry("inspection", ANY, frozenset({P.VIEW_ENTERPRISES, P.VIEW_LEDGERS, P.CHECK_ORDERS}), "附件1（四）"),
    # 核酸检测组：制定检测计划，按花名册组织采样、送检和结果，处置混管阳性；组长发放采样设备。
    Entry("testing", PostRole.HEAD, frozenset({P.MANAGE_DEVICES}), "附件1（三）"),
    Entry(
        "testing",
        ANY,
        frozenset(
            {
                P.VIEW_ENTERPRISES,
                P.VIEW_WORKERS,
                P.VIEW_SCREENING,
                P.PLAN_SCREENING,
                P.KEEP_SAMPLING,
                P.ENTER_RESULTS,
                P.VIEW_RESULTS,
                P.FOLLOW_POSITIVES,
            }
        ),
        "附件1（三）；附件3",
    ),
    # 医疗保障组：与本人和医疗机构联络，需要完整的证件号码和电话。
    Entry(
        "medical",
        ANY,
        frozenset({P.VIEW_ENTERPRISES, P.VIEW_WORKERS, P.REVEAL_PERSONAL, P.VIEW_HEALTH}),
        "附件1（五）",
    ),
    # 应急处置组：稳控和救援协调。
    Entry(
        "response",
        ANY,
        frozenset({P.VIEW_ENTERPRISES, P.VIEW_WORKERS, P.HANDLE_INCIDENTS}),
        "附件1（六）",
    ),
)
EVERYBODY = frozenset({P.VIEW_TASKS, P.VIEW_STRUCTURE})
"""人人有岗位有任务: whoever has a seat sees his post and tasks."""


def permissions_of(group: GroupLike, role: str) -> tuple[frozenset[Permission], str]:
    """Return what a post permits in an emergency and the clauses it rests on."""
    function = function_of(group)
    found = [entry for entry in TABLE if entry.function == function and entry.role in (ANY, role)]
    clauses = list(dict.fromkeys(entry.clause for entry in found))
    return frozenset().union(EVERYBODY, *(entry.permissions for entry in found)), "、".join(clauses)


class Row(NamedTuple):
    """A reason for rights: an open seat of a real emergency in force, or command taken by the level above."""

    person: int
    name: str
    account: int | None
    sort_key: str
    post: str
    role: str
    code: str
    group: str
    kind: str
    own: str
    ordered: str
    basis: str
    upper: bool


def _rows(seats: Q, uppers: Q) -> list[Row]:
    """Return the reasons that meet the conditions (one query)."""
    text = CharField()
    held = (
        SeatCause.objects.filter(
            seats,
            seat__world=0,
            seat__closed_at__isnull=True,
            seat__post__isnull=False,
            activation__ended_at__isnull=True,
        )
        .annotate(asked_upper=Value(False))
        .values_list(
            "seat__person_id",
            "seat__person__name",
            "seat__person__account_id",
            "seat__person__sort_key",
            "seat__post__name",
            "seat__post__role",
            "seat__post__group__code",
            "seat__post__group__name",
            "seat__post__group__kind",
            "seat__unit__path",
            "activation__unit__path",
            "activation__basis",
            "asked_upper",
        )
    )
    taken = (
        CommandTenure.objects.filter(uppers, world=0, upper=True, ended_at__isnull=True)
        .order_by()
        .annotate(
            none=Value("", output_field=text),
            head=Value(PostRole.HEAD.value, output_field=text),
            leading=Value(GroupKind.LEADING.value, output_field=text),
            is_upper=Value(True),
        )
        .values_list(
            "person_id",
            "person__name",
            "person__account_id",
            "person__sort_key",
            "none",
            "head",
            "none",
            "none",
            "leading",
            "unit__path",
            "unit__path",
            "activation__basis",
            "is_upper",
        )
    )
    return [Row(*row) for row in held.order_by().union(taken, all=True)]


def _given(row: Row) -> tuple[Collection[Permission], str, str]:
    permissions, clauses = permissions_of(GroupLike(row.code, row.group, row.kind), row.role)
    path = row.own if row.own.startswith(row.ordered) else row.ordered
    return permissions, path, _reason(row, clauses)


def _reason(row: Row, clauses: str) -> str:
    post = row.post if row.kind == GroupKind.LEADING else f"{row.group} \u00b7 {row.post}"
    words = {"post": post, "basis": row.basis, "clause": clauses}
    if row.upper:
        return _("提级指挥，自接过指挥起，至交回为止（%(basis)s）；依据通知 %(clause)s。") % words
    if clauses:
        return _("在岗“%(post)s”，自平战转换（%(basis)s）起；依据通知 %(clause)s。") % words
    return _("在岗“%(post)s”，自平战转换（%(basis)s）起。") % words


def of_person(person_id: int) -> Iterable[tuple[Collection[Permission], str, str]]:
    """Return what the open seats of a person, and command he has taken, permit now (one query)."""
    return [_given(row) for row in _rows(Q(seat__person_id=person_id), Q(person_id=person_id))]


def over_unit(
    unit_path: str,
) -> Iterable[tuple[int, str, int | None, Collection[Permission], str, str]]:
    """Return everybody whose open seat or command covers the unit (one query): the page of who can see it."""
    asked = Value(unit_path)
    rows = _rows(Q(StartsWith(asked, F("activation__unit__path"))), Q(StartsWith(asked, F("unit__path"))))
    found = []
    for row in sorted(rows, key=lambda one: (one.sort_key, one.person, one.post)):
        permissions, path, reason = _given(row)
        if unit_path.startswith(path):
            found.append((row.person, row.name, row.account, permissions, path, reason))
    return found

"""The declaration of the workers' import: columns, scopes, hooks."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, LeaveReason
from pingzhan.domain.people.importers.judging import prepare
from pingzhan.domain.people.importers.storing import store
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import Column, ImportSpec, Kind, Scope, register_import

MAX_SCOPES = 700

COLUMNS = (
    Column("name", _("姓名"), required=True, width=12, example="谷一鸣", personal=True, max_length=50),
    Column(
        "doc_kind",
        _("证件类型"),
        Kind.CHOICE,
        width=14,
        note=_("不填为居民身份证。"),
        choices=tuple(DocumentKind.choices),
    ),
    Column(
        "number",
        _("证件号码"),
        Kind.CODE,
        required=True,
        width=22,
        example="371621188001010013",
        aliases=("身份证号", "身份证号码", "身份证"),
        personal=True,
        max_length=20,
    ),
    Column("phone", _("手机"), Kind.PHONE, width=14, aliases=("电话", "手机号", "联系电话"), personal=True),
    Column("address", _("住址"), width=30, aliases=("家庭住址", "现住址"), personal=True),
    Column(
        "enterprise",
        _("企业"),
        width=24,
        aliases=("企业名称", "单位", "企业代码"),
        note=_("企业代码、名称或统一社会信用代码；导入到一家企业时可以不填。"),
    ),
    Column("employee_no", _("工号"), width=12, max_length=30),
    Column("job", _("岗位"), width=14, aliases=("工种", "职务"), max_length=50),
    Column(
        "kind",
        _("用工形式"),
        Kind.CHOICE,
        width=14,
        note=_("不填为本企业职工。"),
        choices=tuple(EmploymentKind.choices),
    ),
    Column("team", _("班组"), width=16, note=_("须先在企业档案中建立。")),
    Column("room", _("宿舍"), width=16, example="一号楼 101", note=_("按“楼 房间”填写，或填房间编号。")),
    Column("canteen", _("食堂"), width=14),
    Column(
        "sitting",
        _("就餐批次"),
        Kind.INTEGER,
        width=10,
        note=_("第几批就餐，从 1 开始。"),
        minimum=1,
        maximum=20,
    ),
    Column("groups", _("重点人群"), width=20, note=_("可填多类，用顿号分开；不属于重点人群的不填。")),
    Column("joined", _("入职日期"), Kind.DATE, required=True, width=14, example="2026-03-02"),
    Column("left", _("离职日期"), Kind.DATE, width=14, note=_("自这一天起不再上班；在职的不填。")),
    Column("left_reason", _("离职原因"), Kind.CHOICE, width=12, choices=tuple(LeaveReason.choices)),
)


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.EDIT_WORKERS, path)


def _scopes(actor: Actor) -> Sequence[Scope]:
    units = Unit.objects.filter(
        within("path", actor.paths(Permission.EDIT_WORKERS)),
        kind__in=(UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE),
    ).order_by("path")
    return [Scope(unit.code, unit.path, unit.name) for unit in units[:MAX_SCOPES]]


def _done_url(scope: Scope) -> str:
    return "/workers/?" + urlencode({"unit": scope.code})


WORKERS = ImportSpec(
    key="people.workers",
    title=_("职工花名册"),
    columns=COLUMNS,
    natural_key=("number", "enterprise", "joined"),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=_done_url,
    note=_("同一证件号码只登记一人；已登记的人按证件号码核对，姓名不同的不导入。"),
)


def register() -> None:
    """Make the import known."""
    register_import(WORKERS)

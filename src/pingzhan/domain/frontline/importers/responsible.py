"""The import of responsible officials: enterprise code, rank, name. A row is known by enterprise and rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.frontline.actions.adopting import adopt
from pingzhan.domain.frontline.queries.facts import officials_of, open_firms
from pingzhan.domain.organisation.api import ResponsibleChange
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    CellError,
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
)

COLUMNS = (
    Column(
        "code",
        gettext_lazy("企业代码"),
        Kind.CODE,
        required=True,
        width=14,
        aliases=("单位代码",),
        max_length=40,
    ),
    Column(
        "enterprise",
        gettext_lazy("企业名称"),
        width=28,
        note=gettext_lazy("只供核对，以企业代码为准。"),
        max_length=120,
    ),
    Column(
        "rank",
        gettext_lazy("次序"),
        Kind.INTEGER,
        width=8,
        minimum=0,
        maximum=9,
        example="0",
        note=gettext_lazy("0 为主责，1 起为替补；不填为 0。"),
    ),
    Column(
        "name",
        gettext_lazy("姓名"),
        required=True,
        width=12,
        example="安若水",
        aliases=("责任人", "包企责任人"),
        max_length=40,
    ),
    Column(
        "title",
        gettext_lazy("职务"),
        width=24,
        note=gettext_lazy("有同名人员时必须填写，与人员库一致。"),
        max_length=80,
    ),
)


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.ASSIGN_OFFICIALS, path)


def _scopes(actor: Actor) -> Sequence[Scope]:
    units = Unit.objects.filter(
        within("path", actor.paths(Permission.ASSIGN_OFFICIALS)), kind=UnitKind.ZONE
    ).order_by("code")
    return [Scope(unit.code, unit.path, unit.name) for unit in units[:200]]


def _zone(ctx: Context) -> Unit:
    zone: Unit | None = ctx.cache.get("zone")
    if zone is None:
        zone = ctx.cache["zone"] = Unit.objects.get(path=ctx.scope.path)
    return zone


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with who answers for what now: three queries for the batch."""
    zone = _zone(ctx)
    firms = {unit.code: unit for unit in open_firms(zone)}
    named: dict[str, list[Person]] = defaultdict(list)
    for person in officials_of(zone).select_related("home_unit").order_by("pk"):
        named[person.name].append(person)
    held: dict[int, dict[int, int]] = defaultdict(dict)
    for unit, rank, holder in Responsibility.objects.filter(
        unit__in=list(firms.values()), kind=ResponsibilityKind.ENTERPRISE
    ).values_list("unit_id", "rank", "person_id"):
        held[unit][rank] = holder
    planned: dict[int, dict[int, int]] = ctx.cache.setdefault(f"planned{ctx.storing}", {})
    return [_judge(row, firms, named, held, planned) for row in rows]


def _judge(
    row: Row,
    firms: dict[str, Unit],
    named: dict[str, list[Person]],
    held: dict[int, dict[int, int]],
    planned: dict[int, dict[int, int]],
) -> Verdict:
    unit = firms.get(row.values["code"])
    if unit is None:
        return Verdict.refused(
            "code", _("没有代码为“%(code)s”的企业，或它已注销。") % {"code": row.values["code"]}
        )
    person = _person(row, named)
    if isinstance(person, CellError):
        return Verdict(Outcome.REFUSED, [person])
    if person.home_unit.path.startswith(unit.path):
        return Verdict.refused("name", _("%(name)s是本企业的人，不能包保本企业。") % {"name": person.name})
    rank = row.values["rank"] or 0
    was = held[unit.pk].get(rank)
    after = planned.setdefault(unit.pk, {})
    if person.pk in after.values():
        return Verdict.refused("name", _("责任人和替补不能是同一个人。"))
    after[rank] = person.pk
    if was == person.pk:
        return Verdict(Outcome.SAME)
    change = ResponsibleChange(unit.pk, rank, person.pk, was)
    if was is None:
        return Verdict(Outcome.NEW, carry=change)
    names = {one.pk: one.name for people in named.values() for one in people}
    return Verdict(Outcome.CHANGED, changes={"name": (names.get(was, ""), person.name)}, carry=change)


def _person(row: Row, named: dict[str, list[Person]]) -> Person | CellError:
    name, title = str(row.values["name"]).replace(" ", ""), row.values["title"]
    people = named.get(name, [])
    if not people:
        return CellError("name", _("没有在职的机关干部“%(name)s”。") % {"name": name})
    if title:
        people = [one for one in people if one.title == title]
        if not people:
            return CellError(
                "title", _("没有职务是“%(title)s”的“%(name)s”。") % {"title": title, "name": name}
            )
    if len(people) > 1:
        return CellError("name", _("有 %(n)d 名“%(name)s”，请填写职务。") % {"n": len(people), "name": name})
    return people[0]


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Set the chosen rows together; everybody concerned is told once."""
    adopt(zone=_zone(ctx), lines=[one.verdict.carry for one in judged], by=ctx.by)


RESPONSIBLE = ImportSpec(
    key="frontline.responsible",
    title=gettext_lazy("包企责任人"),
    columns=COLUMNS,
    natural_key=("code", "rank"),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/frontline/",
    note=gettext_lazy("导入后立即生效，有关人员各收到一次通知。表格里没有的企业和次序不变。"),
    max_rows=5_000,
)

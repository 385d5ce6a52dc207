"""The import of returns into one enterprise; the preview shows what is decided about each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import parameters
from pingzhan.domain.returnees.actions.applying import Journey, check
from pingzhan.domain.returnees.actions.bulk import Entry, enter_many
from pingzhan.domain.returnees.clock import judged_at
from pingzhan.domain.returnees.declared import Declared
from pingzhan.domain.returnees.enums import OPEN_STATES, ContactKind, SymptomKind, TestResult, Travel
from pingzhan.domain.returnees.enums import Outcome as Decided
from pingzhan.domain.returnees.judging import engine
from pingzhan.domain.returnees.judging.facts import (
    Contact,
    Episode,
    Facts,
    Met,
    Result,
    Stay,
    Swab,
    Symptom,
)
from pingzhan.domain.returnees.models import Application
from pingzhan.domain.returnees.places import read_place
from pingzhan.domain.returnees.queries.reading import known_places, listed_in
from pingzhan.domain.territory.api import LEDGER_FIRMS, zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Verdict,
)
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

COLUMNS = (
    Column(
        "employee_no", gettext_lazy("工号"), required=True, width=12, example="A001", max_length=30,
        note=gettext_lazy("花名册里的工号；没有登记的职工请先登记。"),
    ),
    Column("return_on", gettext_lazy("返岗日期"), Kind.DATE, required=True, width=14),
    Column(
        "place", gettext_lazy("到过的地方"), required=True, width=30, aliases=("来自", "旅居地"),
        example="370000 山东省云岭市",
        note=gettext_lazy("从省份写起，写到县（市、区），或填六位区划代码。到过几处的填最后一处，其余在页面补充。"),
        max_length=60,
    ),
    Column("begin", gettext_lazy("到达日期"), Kind.DATE, required=True, width=14),
    Column("left", gettext_lazy("离开日期"), Kind.DATE, required=True, width=14),
    Column("travel", gettext_lazy("返程方式"), Kind.CHOICE, width=12, choices=tuple(Travel.choices)),
    Column("contact", gettext_lazy("接触情况"), Kind.CHOICE, width=16, choices=tuple(ContactKind.choices),
           note=gettext_lazy("没有的不填。")),
    Column("contact_on", gettext_lazy("最后接触日期"), Kind.DATE, width=14),
    Column("symptom", gettext_lazy("现有症状"), Kind.CHOICE, width=14, choices=tuple(SymptomKind.choices),
           note=gettext_lazy("没有的不填。")),
    Column("symptom_since", gettext_lazy("症状开始日期"), Kind.DATE, width=14),
    Column("test_on", gettext_lazy("检测日期"), Kind.DATE, width=14),
    Column("test_result", gettext_lazy("检测结果"), Kind.CHOICE, width=12, choices=tuple(TestResult.choices)),
    Column("decision", gettext_lazy("判定"), width=30, note=gettext_lazy("由系统填写，导入时不用填。")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a whole file is judged with."""

    unit: Unit
    places: dict[str, str]
    listed: list[Any]
    overrides: Any
    moment: datetime


def _desk(ctx: Context) -> _Desk:
    desk: _Desk | None = ctx.cache.get("desk")
    if desk is None:
        unit = Unit.objects.get(path=ctx.scope.path)
        zone = zone_of(unit).pk
        desk = ctx.cache["desk"] = _Desk(
            unit,
            known_places(zone),
            listed_in(zone),
            parameters.overrides_for([unit.pk])[unit.pk],
            timezone.localtime().replace(tzinfo=None),
        )
    return desk


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Find the workers and decide about each row; two queries for the batch."""
    desk = _desk(ctx)
    numbers = {row.values["employee_no"] for row in rows}
    jobs = {
        job.employee_no: job
        for job in Employment.objects.filter(
            enterprise=desk.unit, employee_no__in=numbers, left__isnull=True
        ).select_related("individual", "enterprise")
    }
    busy = set(
        Application.objects.filter(
            employment__in=[job.pk for job in jobs.values()], state__in=OPEN_STATES
        ).values_list("employment_id", flat=True)
    )
    return [_judge(row, jobs.get(row.values["employee_no"]), busy, desk) for row in rows]


def _judge(row: Row, job: Employment | None, busy: set[int], desk: _Desk) -> Verdict:
    values = row.values
    if job is None:
        return Verdict.refused(
            "employee_no", _("花名册里没有工号“%(no)s”的在职职工。") % {"no": values["employee_no"]}
        )
    if job.pk in busy:
        return Verdict.refused("employee_no", _("这名职工已有一份未办结的返岗申请。"))
    try:
        code, name = read_place(values["place"], desk.places)
        declared = Declared(_facts(values, code, name))
        journey = Journey(values["return_on"], code, name, values["travel"] or "")
        check(journey, declared, desk.moment.date())
    except Invalid as error:
        column = {"stays": "left", "met": "contact_on", "tests": "test_on", "episodes": "symptom_since"}
        place = column.get(error.place, error.place)
        return Verdict.refused(place if place in values else "", told(error))
    at = judged_at(journey.return_on, desk.moment)
    ruling = engine.decide(declared.on(at.date()), at, listed=desk.listed, overrides=desk.overrides)
    words = _("%(outcome)s：%(why)s") % {
        "outcome": Decided(ruling.outcome.value).label,
        "why": ruling.reasons[0].zh,
    }
    return Verdict(Outcome.CHANGED, changes={"decision": ("", words)}, carry=Entry(job, journey, declared))


def _facts(values: dict[str, Any], code: str, name: str) -> Facts:
    met: tuple[Met, ...] = ()
    if values["contact"]:
        met = (Met(Contact(values["contact"]), _day(values, "contact_on", _("请填写最后接触日期。"))),)
    episodes: tuple[Episode, ...] = ()
    if values["symptom"]:
        episodes = (
            Episode(Symptom(values["symptom"]), _day(values, "symptom_since", _("请填写症状开始日期。"))),
        )
    tests: tuple[Swab, ...] = ()
    if values["test_result"]:
        tests = (Swab(_day(values, "test_on", _("请填写检测日期。")), Result(values["test_result"])),)
    return Facts(
        stays=(Stay(code, name, values["begin"], values["left"]),), met=met, episodes=episodes, tests=tests
    )


def _day(values: dict[str, Any], column: str, words: str) -> date:
    day: date | None = values[column]
    if day is None:
        raise Invalid(words, place=column)
    return day


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Enter the returns that were chosen; see foundation.imports.spec."""
    enter_many(enterprise=_desk(ctx).unit, entries=[one.verdict.carry for one in judged], by=ctx.by)


RETURNS = ImportSpec(
    key="returnees.applications",
    title=gettext_lazy("返岗申请"),
    columns=COLUMNS,
    natural_key=("employee_no",),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/returnees/",
    note=gettext_lazy("存入前先看每一行的判定；判定写在预览的“判定”一列。"),
    max_rows=5_000,
)

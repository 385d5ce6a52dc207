"""The import of 愿检和抽检: the lists that hospitals and clinics send, a line for a tube of one person.

A row is known by its tube's code. A new one does what a probe recorded by hand does; of one recorded before nothing
but its result may be added or, with a reason, corrected. What was found is entered with the right to enter results
only, whether it is in the system already or not: by asking, nobody learns a result that he may not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.screening import rules
from pingzhan.domain.screening.actions.intake import read_code, read_reason
from pingzhan.domain.screening.actions.laboratory import AHEAD, ResultIn, judge_results, refuse_results
from pingzhan.domain.screening.actions.probing import Listed, hold_register, record_list, untimely
from pingzhan.domain.screening.enums import IN_FIELD, ProbeKind, ProbeWho, ResultFault, TubeState
from pingzhan.domain.screening.enums import Verdict as Said
from pingzhan.domain.screening.importers.context import source_of, zone_of
from pingzhan.domain.screening.importers.whose import Roster, Stranger, Swabbed, Worker, known_by
from pingzhan.domain.screening.models import Sample, Tube
from pingzhan.domain.screening.queries.custody import names_of
from pingzhan.domain.screening.writings import fault_words, read_moment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.spec import (
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
from pingzhan.foundation.privacy.masks import mask_name
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact

MINUTE = timedelta(minutes=1)


def _code(text: str) -> str:
    return read_code(text, place="tube")


def _moment(text: str) -> str:
    """Return a moment in the one writing that the preview shows and read_moment() reads back."""
    try:
        at = read_moment(text)
        return f"{at:%Y-%m-%d %H:%M}" if at.second == 0 else f"{at:%Y-%m-%d %H:%M:%S}"
    except Invalid:
        raise Invalid(_("请写明日期和时间，例如 2026-05-20 09:30。"), code="moment") from None


def _reason(text: str) -> str:
    return read_reason(text, place="correction")


COLUMNS = (
    Column("tube", gettext_lazy("管码"), Kind.CODE, required=True, width=18, example="PZ0520-0001", max_length=40,
           aliases=("采样管编号", "样本编号", "条码", "条码号"), check=_code),
    Column("kind", gettext_lazy("类别"), Kind.CHOICE, required=True, width=12, choices=tuple(ProbeKind.choices),
           aliases=("检测类别",)),
    Column("who", gettext_lazy("人员"), Kind.CHOICE, width=12, choices=tuple(ProbeWho.choices),
           aliases=("人员类别",),
           note=gettext_lazy("不填的按职工核对；不是开发区职工的填“其他人员”，按姓名和证件号码登记。")),
    Column("name", gettext_lazy("姓名"), personal=True, mask=mask_name, width=12, max_length=60,
           aliases=("受检人",),
           note=gettext_lazy("与花名册核对，不符的不予登记；填了工号的可以不填。")),
    Column("document", gettext_lazy("证件号码"), Kind.ID_NUMBER, personal=True, width=22,
           aliases=("身份证号", "身份证号码"), note=gettext_lazy("按它找到开发区内的职工；填了企业和工号的可以不填。")),
    Column("enterprise", gettext_lazy("企业"), width=20, max_length=120, aliases=("工作单位", "单位"),
           note=gettext_lazy("他所在的企业，写名称或代码；填了证件号码的可以不填。其他人员填采样的企业，可以不填。")),
    Column("number", gettext_lazy("工号"), width=14, example="A001", max_length=40, check=compact),
    Column("at", gettext_lazy("采样时间"), required=True, width=20, example="2026-05-20 09:30", max_length=40,
           check=_moment),
    Column("verdict", gettext_lazy("结果"), Kind.CHOICE, width=10, choices=tuple(Said.choices),
           aliases=("检测结果",), note=gettext_lazy("还没有结果的不填。没有“录入检测结果”权限的也不填。")),
    Column("tested_at", gettext_lazy("检测时间"), width=20, max_length=40, check=_moment,
           aliases=("报告时间",), note=gettext_lazy("填了结果的必须填写，例如 2026-05-20 14:30。")),
    Column("correction", gettext_lazy("更正原因"), width=24, max_length=60, check=_reason,
           note=gettext_lazy("这一管已有不同的结果时填写，原结果保留。")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a batch is judged with: whose the tubes are, what would become of the results, who was swabbed when."""

    roster: Roster
    now: datetime
    tubes: dict[str, Tube]
    whose: dict[int, Swabbed]
    names: dict[int, str]
    before: dict[tuple[int, datetime], str]
    """Tubes of swabs that are recorded, by person and minute."""
    judged: dict[str, tuple[ResultFault | None, str]]
    first: dict[tuple[int | bytes, datetime], tuple[str, int]]
    """Where a person's swab of a minute stood first in the file; a stranger is known by his document's hash."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What storing a row does: the swab unless it is recorded, and the result if there is one to enter."""

    swab: Listed | None
    result: ResultIn | None


def _scopes(actor: Actor) -> Sequence[Scope]:
    return [
        Scope(zone.code, zone.path, zone.name)
        for zone in rules.probe_zones(actor)
        if rules.may_probe(actor, zone.path)
    ]


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Say of each row what would become of it. A fixed number of queries for the batch."""
    zone = zone_of(ctx)
    if ctx.storing:
        hold_register(zone, results=any(row.values["verdict"] for row in rows))
    desk, enters = _desk(zone, rows, ctx), rules.can_enter_results(ctx.by, zone)
    found = []
    for row in rows:
        tube = desk.tubes.get(row.values["tube"])
        if row.values["verdict"] and not enters:
            # Whatever it says, and before anything is compared: the answer tells nothing of what was found.
            words = _("您没有录入检测结果的权限。请清空“结果”一列再导入，结果由核酸检测组或实验室录入。")
            found.append(Verdict.refused("verdict", words))
        elif tube is None:
            found.append(_new(row, desk))
        else:
            found.append(_old(row, tube, desk))
    return found


def _desk(zone: Unit, rows: Sequence[Row], ctx: Context) -> _Desk:
    """Read what is stored; while storing the tubes cannot be changed until commit."""
    roster = Roster.load(zone, [row.values for row in rows])
    found = Tube.objects.filter(code__in=[row.values["tube"] for row in rows]).order_by("code")
    if ctx.storing:
        found = found.select_for_update(no_key=True, of=("self",))
    tubes = {one.code: one for one in found.select_related("round", "probe__enterprise")}
    whose = known_by([one.pk for one in tubes.values()])
    results = [one for row in rows if (one := _result(row)) is not None]
    return _Desk(
        roster=roster,
        now=clock.now(),
        tubes=tubes,
        whose=whose,
        names=names_of({one.person for one in whose.values() if one.person}),
        before=_swabbed_before(zone, rows, roster),
        judged={
            line.code: (answer.fault, str(before.get_verdict_display()) if before else "")
            for line, (answer, before) in zip(results, judge_results(zone=zone, results=results), strict=True)
        },
        first=ctx.cache.setdefault(f"first{ctx.storing}", {}),
    )


def _swabbed_before(zone: Unit, rows: Sequence[Row], roster: Roster) -> dict[tuple[int, datetime], str]:
    """Return the tubes of the probes of the rows' people by person and minute.

    A swab that is recorded again under another code would be a second test that never was.
    """
    moments = [read_moment(row.values["at"]) for row in rows]
    samples = list(
        Sample.objects.filter(
            person__in=roster.persons(),
            refused=0,
            taken_at__gte=_minute(min(moments)),
            taken_at__lt=max(moments) + MINUTE,
        ).values_list("person", "taken_at", "tube_id")
    )
    codes = dict(
        Tube.objects.filter(
            pk__in={tube for _person, _at, tube in samples}, round__zone=zone, probe__isnull=False
        )
        .exclude(state=TubeState.VOID)
        .values_list("pk", "code")
    )
    return {(person, _minute(at)): codes[tube] for person, at, tube in samples if tube in codes}


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _result(row: Row) -> ResultIn | None:
    values = row.values
    if not values["verdict"] or not values["tested_at"]:
        return None
    return ResultIn(
        code=values["tube"], verdict=Said(values["verdict"]), row=row.number,
        tested_at=read_moment(values["tested_at"]), correction=values["correction"] or "",
    )  # fmt: skip


def _fault(fault: ResultFault) -> Verdict:
    column = {ResultFault.OTHER_RESULT: "correction", ResultFault.TIME: "tested_at"}.get(fault, "tube")
    return Verdict.refused(column, fault_words(fault), fault.value)


def _new(row: Row, desk: _Desk) -> Verdict:
    values, at = row.values, read_moment(row.values["at"])
    if (late := untimely(at, desk.now)) is not None:
        return Verdict.refused("at", late)
    whose = desk.roster.whose(values)
    if isinstance(whose, Verdict):
        return whose
    persons = whose.persons if isinstance(whose, Stranger) else (whose.individual,)
    for person in persons:
        if (code := desk.before.get((person, _minute(at)))) is not None:
            return Verdict.refused(
                "tube", _("这个人这一时间的采样已经登记，管码是 %(code)s，请核对。") % {"code": code}
            )
    result = _result(row)
    if values["verdict"] and result is None:
        return _untold()
    if result is not None and _mistimed(result, at, desk):
        return _fault(ResultFault.TIME)
    key = whose.digest if isinstance(whose, Stranger) else whose.individual
    first = desk.first.setdefault((key, _minute(at)), (row.sheet, row.number))
    if first != (row.sheet, row.number):
        return Verdict.refused("at", _("与第 %(n)d 行是同一个人的同一次采样。") % {"n": first[1]})
    job, guest = (whose.employment, None) if isinstance(whose, Worker) else (None, whose.guest)
    swab = Listed(ProbeKind(values["kind"]), values["tube"], at, job, guest, whose.enterprise)
    return Verdict(Outcome.NEW, carry=_Plan(swab, result))


def _old(row: Row, tube: Tube, desk: _Desk) -> Verdict:
    values, probe = row.values, getattr(tube, "probe", None)
    if probe is None or tube.round.zone_id != desk.roster.zone.pk:
        return Verdict.refused("tube", _("这个管码已经用过，请核对。"))
    if values["kind"] != probe.kind:
        return Verdict.refused(
            "kind", _("这一管已登记为“%(kind)s”，登记以后不能改。") % {"kind": probe.get_kind_display()}
        )
    taken = tube.first_taken_at
    if taken is not None and _minute(taken) != _minute(read_moment(values["at"])):
        return Verdict.refused("at", _("这一管已按另一采样时间登记，登记以后不能改。"))
    if (column := _other(values, tube, desk)) is not None:
        return Verdict.refused(column, _("这个管码登记的是另一个人，请核对管码和姓名。"))
    if not values["verdict"] or values["verdict"] == tube.verdict:
        return Verdict(Outcome.SAME)
    result = _result(row)
    if result is None:
        return _untold()
    fault, before = desk.judged[values["tube"]]
    if fault is ResultFault.NOT_RECEIVED and tube.state in IN_FIELD:
        # It is received with its result: what counts is what would still stand against it then.
        fault = ResultFault.TIME if _mistimed(result, taken, desk) else None
        fault = ResultFault.HELD if tube.held or tube.sealed_at is None else fault
    if fault is not None:
        return _fault(fault)
    change = {"verdict": (before, str(result.verdict.label))}
    return Verdict(Outcome.CHANGED, changes=change, carry=_Plan(None, result))


def _untold() -> Verdict:
    return Verdict.refused("tested_at", _("填了结果，请填写检测时间。"))


def _mistimed(result: ResultIn, taken: datetime | None, desk: _Desk) -> bool:
    return result.tested_at > desk.now + AHEAD or (taken is not None and result.tested_at < taken)


def _other(values: dict[str, str | None], tube: Tube, desk: _Desk) -> str | None:
    """Return the column that says of a recorded tube that it is somebody else's; None where nothing does.

    A file that was taken out masked comes in again: a masked name is as good as the whole one here.
    """
    mine = desk.whose.get(tube.pk)
    firm = tube.probe.enterprise
    text = values["enterprise"]
    if text and (firm is None or compact(text) not in (compact(firm.name), compact(firm.code))):
        return "enterprise"
    if mine is None or not mine.person:
        # His data is destroyed: there is nothing left to compare with.
        return None
    number, name, document = values["number"], values["name"], values["document"]
    if number and number.upper() != compact(mine.number).upper():
        return "number"
    stored = desk.names.get(mine.person, "")
    if name and stored and compact(name) not in (compact(stored), compact(mask_name(stored))):
        return "name"
    if document and mine.digests and desk.roster.digest(document) not in mine.digests:
        return "document"
    return None


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Record the swabs that were chosen, and enter their results."""
    plans: list[_Plan] = [one.verdict.carry for one in judged]
    record_list(
        zone=zone_of(ctx),
        swabs=[one.swab for one in plans if one.swab is not None],
        results=[one.result for one in plans if one.result is not None],
        source=source_of(ctx),
        by=ctx.by,
    )


def refused(judged: Sequence[Judged], ctx: Context) -> None:
    """Put results on record that did not fit, as the laboratory's own are."""
    lines = [
        (result, ResultFault(one.verdict.carry)) for one in judged if (result := _result(one.row)) is not None
    ]
    if lines:
        refuse_results(
            zone=zone_of(ctx),
            source=source_of(ctx),
            by=ctx.by,
            refused=lines,
        )


PROBES = ImportSpec(
    key="screening.probes",
    title=gettext_lazy("愿检和抽检"),
    columns=COLUMNS,
    natural_key=("tube",),
    may=rules.may_probe,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    refused=refused,
    done_url=lambda scope: "/rounds/probes/",
    note=gettext_lazy(
        "一行一管，按管码对应，只收最近 7 天的采样。职工与花名册核对，其他人员按姓名和证件号码登记。"
        "填了结果的，与逐个登记、接收、录入结果一样办理；已有不同结果的写明更正原因，原结果保留。"
    ),
    max_rows=20_000,
)

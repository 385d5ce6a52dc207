"""Reports of the demo zone: today's daily report signed, zero reports partly in."""

from __future__ import annotations

from django.utils import translation

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.accounts.models import User

_SITUATION = "全区处于平时状态。冬春季传染病监测、企业晨检和食堂留样正常开展，未发现聚集性病例。"
_NEXT = "继续抓好晨检和重点场所消毒，周五前完成本月应急物资盘点。"


def demo_reports(zone: Unit) -> None:
    """Make them in Chinese, whatever language the zone is built in."""
    with translation.override("zh-hans"):
        _make(zone)


def _make(zone: Unit) -> None:
    """Sign a daily report, ask for zero reports today, and have most of them given."""
    duty = actor_of(User.objects.get(username="duty"))
    leader = actor_of(User.objects.get(username="leader"))
    due = api.ask_zero(zone=zone, remind=False, by=duty)
    lines = list(api.zero_lines(due))
    for n, line in enumerate(lines):
        if n % 3 != 2:
            api.report_zero(line_id=line.pk, via=Via.PHONE, caller=f"{line.name}联络员", by=duty)
    report = api.draft_daily(zone=zone, by=duty)
    report = api.edit(
        report_id=report.pk,
        edition=report.edition,
        texts={"situation": _SITUATION, "next_steps": _NEXT},
        by=duty,
    )
    api.sign(report_id=report.pk, edition=report.edition, by=leader)

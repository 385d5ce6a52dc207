"""Papers of the demo zone: its committee as issuing organ, series, a text with blanks, one paper of each state."""

from __future__ import annotations

from pingzhan.config.demo import data
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.actions.templates import save_text_template
from pingzhan.foundation.documents.enums import NumberForm
from pingzhan.foundation.documents.papers import PaperKind

_SERIES: tuple[tuple[str, NumberForm, tuple[PaperKind, ...]], ...] = (
    ("明开管发", NumberForm.NUMBER, (PaperKind.NOTICE, PaperKind.CIRCULAR, PaperKind.DECISION)),
    ("明开管函", NumberForm.NUMBER, (PaperKind.LETTER,)),
    ("明开管报", NumberForm.NUMBER, (PaperKind.REPORT, PaperKind.REQUEST)),
    ("明开管纪要", NumberForm.NUMBER, (PaperKind.MINUTES,)),
    ("应急工作日报", NumberForm.ISSUE, (PaperKind.DAILY,)),
    ("应急工作周报", NumberForm.ISSUE, (PaperKind.WEEKLY,)),
    ("开发区工作简报", NumberForm.ISSUE, (PaperKind.BRIEF,)),
)
_TEXT = """为进一步压实企业主体责任，定于{{日期}}对{{范围}}开展{{事项}}检查。现将有关事项通知如下：
一、检查内容
（一）制度落实。查看责任人、值班表和应急预案。
（二）日常记录。查看晨检、消毒和食堂留样记录。
二、工作要求
各企业要认真自查，对发现的问题立行立改，并于{{截止日期}}前将整改情况报{{联系部门}}。
特此通知。"""
_NOTICE = """为做好冬春季重点传染病防控工作，保障职工健康和生产秩序，现就有关事项通知如下：
一、落实晨检和报告
（一）每日晨检。各企业每日上午八时前完成晨检，逐人登记体温和症状。
（二）及时报告。发现三人以上发热或者腹泻的，两小时内报告所在片区和值班台。
二、加强重点场所管理
| 场所 | 措施 | 频次 |
| 职工食堂 | 餐具消毒、食品留样 | 每餐 |
| 职工宿舍 | 通风、清洁消毒 | 每日两次 |
| 生产车间 | 高频接触部位消毒 | 每班前后 |
三、压实各方责任
包企责任人每周到企业不少于一次，督促落实，帮助解决困难。
特此通知。"""


def demo_papers(zone: Unit, by: Actor) -> None:
    """Register the committee with its series, and write a paper that is issued and one that waits."""
    organ = save_organ(
        name=f"{data.ZONE_NAME}管理委员会",
        mark="",
        printer=f"{data.ZONE_NAME}管理委员会办公室",
        unit_path=zone.path,
        by=by,
    )
    for code, form, kinds in _SERIES:
        add_series(organ=organ, code=code, form=form, kinds=kinds, by=by)
    save_text_template(
        name="专项检查通知",
        paper_kind=PaperKind.NOTICE,
        title="关于开展{{事项}}检查的通知",
        body=_TEXT,
        unit_path=zone.path,
        by=by,
    )
    clerk = actor_of(User.objects.get(username="clerk"))
    leader = actor_of(User.objects.get(username="leader"))
    first = papers.draft_paper(
        PaperKind.NOTICE,
        f"{organ.name}关于做好冬春季重点传染病防控工作的通知",
        papers.parse(_NOTICE),
        by=clerk,
        unit_path=zone.path,
        recipients=("各片区、各企业，管委会各部门",),
        attachments=("企业晨检登记表", "重点场所消毒记录表"),
        copy_to=("县卫生健康局",),
        note="此件公开发布",
    )
    papers.submit_paper(paper=first, edition=1, by=clerk)
    papers.issue_paper(paper=first, edition=1, by=leader)
    second = papers.draft_paper(
        PaperKind.LETTER,
        "关于商请支援检测人员的函",
        papers.parse(
            "我区拟开展一次全员检测演练，现有采样人员不足，商请贵局支援采样人员四名。妥否，请函复。"
        ),
        by=clerk,
        unit_path=zone.path,
        recipients=("县卫生健康局",),
    )
    papers.submit_paper(paper=second, edition=1, by=clerk)
    papers.draft_paper(
        PaperKind.BRIEF,
        "企业复工复产情况",
        papers.parse(
            "本周全区企业生产平稳。\n一、主要做法\n各片区逐企走访，收集诉求。\n二、下步打算\n{{下步打算}}"
        ),
        by=clerk,
        unit_path=zone.path,
    )

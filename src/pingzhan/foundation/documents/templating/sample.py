"""An invented paper that shows every part, for previews of templates and of the layout."""

from __future__ import annotations

from datetime import date

from pingzhan.foundation.documents.content import Heading, PaperContent, Paragraph, Table
from pingzhan.foundation.documents.enums import Form, PaperKind, Urgency

_ORGAN = "云岭经济开发区管理委员会"
_TEXT = (
    "各企业每日上午八时前完成晨检，逐人登记体温和症状，发现发热、腹泻等情形的，立即停止上岗并报告所在片区，"
    "同时做好场所消毒和接触人员登记，做到早发现、早报告、早处置。"
)


def sample(kind: PaperKind = PaperKind.NOTICE) -> PaperContent:
    """Return a paper of a kind, with all its parts filled."""
    return PaperContent(
        kind=kind,
        title="云岭经济开发区管理委员会关于做好冬春季重点传染病防控工作的通知",
        blocks=(
            Paragraph("为做好冬春季重点传染病防控工作，现就有关事项通知如下\uff1a"),
            Heading(1, "一、压实责任"),
            Heading(2, "（一）落实晨检。", _TEXT),
            Heading(3, "1.食堂。", _TEXT),
            Heading(4, "（1）留样。", _TEXT),
            Heading(1, "二、报送要求"),
            Table((("片区", "企业数", "联系人"), ("东片区", "5", "林知远"), ("西片区", "5", "顾清和"))),
            Paragraph("特此通知。"),
        ),
        organs=(_ORGAN,),
        mark={Form.HEAD: f"{_ORGAN}文件", Form.LETTER: _ORGAN, Form.BRIEF: "应急工作日报"}[kind.form],
        number="云开管发〔2026〕47号" if kind.form is not Form.BRIEF else "第47期",
        recipients=("各片区、各企业",),
        dated=date(2026, 11, 25),
        signer="沈亦舟" if kind.goes_up else "",
        urgency=Urgency.URGENT,
        attachments=("晨检登记表", "联系人名单"),
        note="此件公开发布",
        copy_to=("县卫生健康局，县工业和信息化局",),
        printer="云岭经济开发区管理委员会办公室",
        printed=date(2026, 11, 25),
    )

"""Kinds, forms and states of official papers."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    """What a paper is. The kinds of 《党政机关公文处理工作条例》 article 8 that a zone writes, and its reports."""

    NOTICE = "notice", _("通知")
    CIRCULAR = "circular", _("通报")
    LETTER = "letter", _("函")
    REPORT = "report", _("报告")
    REQUEST = "request", _("请示")
    DECISION = "decision", _("决定")
    MINUTES = "minutes", _("纪要")
    DAILY = "daily", _("日报")
    WEEKLY = "weekly", _("周报")
    BRIEF = "brief", _("简报")

    @property
    def form(self) -> Form:
        """Return the layout this kind is set in."""
        if self is PaperKind.LETTER:
            return Form.LETTER
        if self in (PaperKind.DAILY, PaperKind.WEEKLY, PaperKind.BRIEF):
            return Form.BRIEF
        return Form.HEAD

    @property
    def goes_up(self) -> bool:
        """Return whether it goes to a higher organ, so that its head names who signed it (签发人)."""
        return self in (PaperKind.REPORT, PaperKind.REQUEST)


class Form(StrEnum):
    """Layouts: 文件 with a red head, 信函 with double rules (GB/T 9704-2012, 10.1), and the head of a 简报."""

    HEAD = "head"
    LETTER = "letter"
    BRIEF = "brief"


class Urgency(models.TextChoices):
    """How fast a paper must be handled (GB/T 9704-2012, 7.2.3)."""

    NONE = "", _("平件")
    URGENT = "urgent", _("加急")
    MOST_URGENT = "most_urgent", _("特急")

    @property
    def printed(self) -> str:
        """Return the words printed on the paper, always Chinese."""
        return {"urgent": "加急", "most_urgent": "特急"}.get(self.value, "")


class Secrecy(models.TextChoices):
    """Who may read a paper. State secrets have no key here: they must not enter this system at all."""

    NONE = "", _("公开")
    INTERNAL = "internal", _("内部")

    @property
    def printed(self) -> str:
        """Return the words printed on the paper, always Chinese."""
        return "内部" if self is Secrecy.INTERNAL else ""


class PaperState(models.TextChoices):
    """The life of a paper: 拟稿, 核稿, 签发, 印发归档; withdrawn before it is issued, void after."""

    DRAFT = "draft", _("拟稿")
    SUBMITTED = "submitted", _("核稿")
    ISSUED = "issued", _("已签发")
    FILED = "filed", _("已印发归档")
    WITHDRAWN = "withdrawn", _("已撤回")
    VOID = "void", _("作废")


#: Every permitted step; actions and the database constraint of issued papers hold to it.
STEPS: dict[PaperState, frozenset[PaperState]] = {
    PaperState.DRAFT: frozenset({PaperState.SUBMITTED, PaperState.WITHDRAWN}),
    PaperState.SUBMITTED: frozenset({PaperState.DRAFT, PaperState.ISSUED, PaperState.WITHDRAWN}),
    PaperState.ISSUED: frozenset({PaperState.FILED, PaperState.VOID}),
    PaperState.FILED: frozenset({PaperState.VOID}),
    PaperState.WITHDRAWN: frozenset(),
    PaperState.VOID: frozenset(),
}


class NumberForm(models.TextChoices):
    """How a number reads: 某开管发〔2026〕47号, or 第47期 for a bulletin."""

    NUMBER = "number", _("发文字号")
    ISSUE = "issue", _("期号")


class NumberState(models.TextChoices):
    """A number is used by its paper, or void with a reason; it is never given twice."""

    USED = "used", _("使用")
    VOID = "void", _("作废")


class TemplateKind(models.TextChoices):
    """A Word file with fields, or a text with blanks for the body of a paper."""

    WORD = "word", _("版式模板（Word）")
    TEXT = "text", _("文字模板")

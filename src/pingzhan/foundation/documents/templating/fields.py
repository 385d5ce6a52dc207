"""The fields of a template, and the little language around them.

A template may name the fields below, ask whether one is filled (``{% if 附注 %}``) and go through a list
(``{%p for 名 in 附件列表 %}``). Calls, filters, arithmetic and everything else are refused, so a template can do
nothing but place text; the sandbox behind is the second lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pingzhan.foundation.documents.content import PaperContent, chinese_date, joined
from pingzhan.foundation.documents.setting import title_lines
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True)
class Field:
    """A field: its name in a template and what it gives."""

    name: str
    meaning: Promise
    is_list: bool = False


FIELDS: tuple[Field, ...] = (
    Field("标题", gettext_lazy("公文标题，按意思分行")),
    Field("正文", gettext_lazy("全部正文，含各级标题和表格，按国标排版；要单独占一段")),
    Field("发文机关", gettext_lazy("署名的机关，联合行文时用顿号分开")),
    Field("红头", gettext_lazy("发文机关标志")),
    Field("发文字号", gettext_lazy("签发时自动编号，签发前为空")),
    Field("成文日期", gettext_lazy("签发的日期，例如 2026年5月1日")),
    Field("主送", gettext_lazy("主送机关，末尾没有冒号")),
    Field("抄送", gettext_lazy("抄送机关，末尾没有句号")),
    Field("签发人", gettext_lazy("上行文的签发人")),
    Field("紧急程度", gettext_lazy("特急或加急，平件为空")),
    Field("密级", gettext_lazy("内部，公开的为空")),
    Field("附注", gettext_lazy("附注，没有括号")),
    Field("附件列表", gettext_lazy("各附件的名称，逐个取用"), is_list=True),
    Field("印发机关", gettext_lazy("印发公文的机关")),
    Field("印发日期", gettext_lazy("印发的日期")),
)
NAMES = frozenset(field.name for field in FIELDS)
_LISTS = frozenset(field.name for field in FIELDS if field.is_list)

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)


class FieldsOnly(ImmutableSandboxedEnvironment):
    """The template language cut down to fields. ``unknown`` and ``used`` collect the names it met."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.globals.clear()
        self.unknown: list[str] = []
        self.used: list[str] = []

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse, and refuse what is more than placing fields. Raises Invalid."""
        try:
            tree = super()._parse(source, name, filename)
        except TemplateSyntaxError as error:
            raise Invalid(
                _("模板里的字段写得不对：%(what)s。") % {"what": error.message or ""},
                hint=_("字段写在两对花括号里，例如 {{ 标题 }}；“如果”和“逐个”要有对应的结束。"),
                code="template_syntax",
            ) from error
        own = {
            target.name for loop in tree.find_all(nodes.For) for target in loop.target.find_all(nodes.Name)
        }
        own |= {loop.target.name for loop in tree.find_all(nodes.For) if isinstance(loop.target, nodes.Name)}
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise _too_much(type(node).__name__)
            if isinstance(node, nodes.For) and not (
                isinstance(node.iter, nodes.Name) and node.iter.name in _LISTS and not node.recursive
            ):
                raise _too_much("for")
            if isinstance(node, nodes.Name) and node.name not in own:
                seen = self.used if node.name in NAMES else self.unknown
                if node.name not in seen:
                    seen.append(node.name)
        return tree


def _too_much(what: str) -> Invalid:
    return Invalid(
        _("模板里只能放字段，不能放运算、函数或其他语句（%(what)s）。") % {"what": what},
        hint=_("可用的字段见模板页上的字段表。"),
        code="template_language",
    )


def values(paper: PaperContent, body: str) -> dict[str, Any]:
    """Return what each field gives for a paper; ``body`` is the mark that stands for the body."""
    return {
        "标题": " ".join(title_lines(paper))
        if len(title_lines(paper)) < 2
        else "\n".join(title_lines(paper)),
        "正文": body,
        "发文机关": "、".join(paper.organs),
        "红头": paper.mark,
        "发文字号": paper.number,
        "成文日期": chinese_date(paper.dated) if paper.dated else "",
        "主送": joined(paper.recipients),
        "抄送": joined(paper.copy_to),
        "签发人": paper.signer,
        "紧急程度": paper.urgency.printed,
        "密级": paper.secrecy.printed,
        "附注": paper.note,
        "附件列表": list(paper.attachments),
        "印发机关": paper.printer,
        "印发日期": chinese_date(paper.printed) if paper.printed else "",
    }

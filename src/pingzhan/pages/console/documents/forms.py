"""Forms of 公文."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.actions.composing import Wording
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.enums import (
    NumberForm,
    PaperKind,
    PaperState,
    Secrecy,
    TemplateKind,
    Urgency,
)
from pingzhan.foundation.documents.markup import Proof, parse, proofread, render
from pingzhan.foundation.documents.models import Organ, Paper, Template, TemplateVersion

if TYPE_CHECKING:
    _VersionChoice = forms.ModelChoiceField[TemplateVersion]
else:
    _VersionChoice = forms.ModelChoiceField

MAX_BODY = 60_000
"""Characters of a body; about a hundred pages."""


class FilterForm(forms.Form):
    """What to show of the register; every field may stay empty."""

    q = forms.CharField(label=_("标题或文号"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("文种"), required=False, choices=[("", _("全部")), *PaperKind.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *PaperState.choices])


def _lines(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class VersionField(_VersionChoice):
    """The newest version of each Word template."""

    def label_from_instance(self, obj: TemplateVersion) -> str:
        """Return what the list shows."""
        return _now("%(name)s（第 %(n)d 版）") % {"name": obj.template.name, "n": obj.number}


class PaperForm(forms.Form):
    """A paper as a clerk types it: the body is light text, lists have one entry a line."""

    kind = forms.ChoiceField(label=_("文种"), choices=PaperKind.choices)
    organ = forms.ModelChoiceField(label=_("发文机关"), queryset=Organ.objects.none(), empty_label=None)
    title = forms.CharField(
        label=_("标题"),
        max_length=300,
        help_text=_("可以按意思换行，不换行时自动分行。"),
        widget=_lines(2),
    )
    recipients = forms.CharField(
        label=_("主送机关"),
        max_length=500,
        required=False,
        help_text=_("例如：各片区、各企业，管委会各部门。"),
    )
    body = forms.CharField(
        label=_("正文"),
        max_length=MAX_BODY,
        help_text=_(
            "一行一段。以“一、”“（一）”“1.”“（1）”开头的行是标题；用竖线分隔的行是表格，首行是表头。"
        ),
        widget=_lines(18, **{"class": "paper-body", "spellcheck": "false"}),
    )
    attachments = forms.CharField(
        label=_("附件"),
        max_length=2000,
        required=False,
        help_text=_("一行一个附件名称，不写序号。"),
        widget=_lines(2),
    )
    copy_to = forms.CharField(label=_("抄送"), max_length=500, required=False)
    note = forms.CharField(
        label=_("附注"), max_length=200, required=False, help_text=_("例如：此件公开发布。")
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), required=False, choices=Urgency.choices)
    secrecy = forms.ChoiceField(
        label=_("密级"), required=False, choices=Secrecy.choices, help_text=_("涉密公文不得在本系统办理。")
    )
    signer = forms.CharField(
        label=_("签发人"),
        max_length=60,
        required=False,
        help_text=_("只印在报告和请示上，不填则为实际签发人。"),
    )
    cosigners = forms.CharField(
        label=_("联合发文机关"),
        max_length=500,
        required=False,
        help_text=_("一行一个机关。"),
        widget=_lines(2),
    )
    template = VersionField(
        label=_("版式模板"),
        queryset=TemplateVersion.objects.none(),
        required=False,
        empty_label=_("国标版式"),
    )
    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    MAIN = ("kind", "organ", "title", "recipients", "body", "attachments")
    MORE = ("copy_to", "note", "urgency", "secrecy", "signer", "cosigners", "template")

    def __init__(self, *args: Any, actor: Actor, paper: Paper | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organ, template = self.fields["organ"], self.fields["template"]
        assert isinstance(organ, forms.ModelChoiceField)
        assert isinstance(template, forms.ModelChoiceField)
        if paper is not None:
            organ.queryset = Organ.objects.filter(pk=paper.organ_id)
        else:
            organ.queryset = Organ.objects.visible_to(actor)
        newest = {
            one.template_id: one.pk
            for one in TemplateVersion.objects.filter(
                template__in=Template.objects.visible_to(actor).filter(active=True, kind=TemplateKind.WORD)
            ).order_by("number")
        }
        wanted = set(newest.values()) | ({paper.template_id} if paper and paper.template_id else set())
        template.queryset = TemplateVersion.objects.filter(pk__in=wanted).select_related("template")
        self.proof = Proof("", 0, ())

    def main(self) -> list[forms.BoundField]:
        """Return the fields every paper needs."""
        return [self[name] for name in self.MAIN]

    def more(self) -> list[forms.BoundField]:
        """Return the fields few papers need."""
        return [self[name] for name in self.MORE]

    def clean_body(self) -> str:
        """Return the body with its punctuation put right; what changed is kept in ``proof``."""
        self.proof = proofread(self.cleaned_data["body"])
        return self.proof.text

    def wording(self) -> Wording:
        """Return what the author said; only after is_valid()."""
        data = self.cleaned_data

        def lines(name: str) -> tuple[str, ...]:
            return tuple(line for line in data[name].splitlines() if line.strip())

        return Wording(
            kind=PaperKind(data["kind"]),
            title=data["title"],
            blocks=parse(data["body"]),
            recipients=lines("recipients"),
            attachments=lines("attachments"),
            copy_to=lines("copy_to"),
            note=data["note"],
            signer=data["signer"],
            urgency=Urgency(data["urgency"]),
            secrecy=Secrecy(data["secrecy"]),
            cosigners=lines("cosigners"),
        )


def initial_of(paper: Paper) -> dict[str, Any]:
    """Return what the form shows of a paper."""
    content: PaperContent = paper.paper
    return {
        "kind": paper.kind,
        "organ": paper.organ_id,
        "title": content.title,
        "recipients": "".join(content.recipients),
        "body": render(content.blocks),
        "attachments": "\n".join(content.attachments),
        "copy_to": "".join(content.copy_to),
        "note": content.note,
        "urgency": content.urgency.value,
        "secrecy": content.secrecy.value,
        "signer": content.signer,
        "cosigners": "\n".join(content.organs[1:]),
        "template": paper.template_id,
        "edition": paper.edition,
    }


class IssueForm(forms.Form):
    """The day under the text."""

    signed_on = forms.DateField(
        label=_("成文日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    edition = forms.IntegerField(widget=forms.HiddenInput)


class OrganForm(forms.Form):
    """An organ that issues papers."""

    name = forms.CharField(label=_("机关名称"), max_length=100)
    mark = forms.CharField(
        label=_("发文机关标志"),
        max_length=100,
        required=False,
        help_text=_("红头的全文，不填则为机关名称加“文件”。"),
    )
    printer = forms.CharField(label=_("印发机关"), max_length=100, required=False)
    unit_path = forms.ChoiceField(label=_("范围"), help_text=_("含所选单位以下的全部单位。"))

    def __init__(self, *args: Any, actor: Actor, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(path, name) for path, name in units if actor.has(Permission.EDIT_TEMPLATES, path)]
        self.fields["unit_path"] = forms.ChoiceField(
            label=_("范围"), choices=choices, help_text=_("含所选单位以下的全部单位。")
        )


class SeriesForm(forms.Form):
    """A series of numbers of an organ."""

    code = forms.CharField(
        label=_("代字"), max_length=30, help_text=_("例如“某开管发”；期刊写刊名，例如“应急工作日报”。")
    )
    form = forms.ChoiceField(label=_("编号形式"), choices=NumberForm.choices)
    kinds = forms.MultipleChoiceField(
        label=_("文种"), choices=PaperKind.choices, widget=forms.CheckboxSelectMultiple
    )
    used_up_to = forms.IntegerField(
        label=_("本年启用前已用到"),
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text=_("今年已用手工编到第几号；没有编过写 0。"),
    )


class TextTemplateForm(forms.Form):
    """A text with blanks."""

    name = forms.CharField(label=_("名称"), max_length=60)
    paper_kind = forms.ChoiceField(label=_("文种"), choices=PaperKind.choices)
    title = forms.CharField(label=_("标题"), max_length=300, required=False)
    body = forms.CharField(
        label=_("正文"),
        max_length=MAX_BODY,
        help_text=_("需要填的地方写成 {{名称}}，同名的只填一次。"),
        widget=_lines(14, **{"class": "paper-body"}),
    )
    note = forms.CharField(label=_("修改说明"), max_length=200, required=False)


class WordTemplateForm(forms.Form):
    """An uploaded Word file."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("同名的模板会存为新的一版。"))
    paper_kind = forms.ChoiceField(label=_("文种"), choices=PaperKind.choices)
    file = forms.FileField(
        label=_("Word 文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        help_text=_("只收 .docx，不超过 2 MB。"),
    )
    note = forms.CharField(label=_("修改说明"), max_length=200, required=False)

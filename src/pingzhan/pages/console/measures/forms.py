"""Forms of measure sets: a measure, a parameter, a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import (
    ITEMS,
    PHASES,
    Decider,
    Evidence,
    Mark,
    Party,
    Phase,
    Severity,
    Subject,
)

_LINE = forms.TextInput(attrs={"autocomplete": "off"})
MAX_FILE = 1_000_000
LEVELS = PHASES[1:]
_KIND_WORDS = {
    "slots": gettext_lazy("每日时段，如 08:00、13:30"),
    "per_week": gettext_lazy("每周几次，如 2"),
    "every": gettext_lazy("每几日一次，如 7"),
    "per_event": gettext_lazy("每次发生后几小时内，如 24"),
    "shift_ends": gettext_lazy("上班前和下班后几分钟内，如 60、60"),
    "once": gettext_lazy("一次"),
}


class CadenceError(forms.ValidationError):
    """A cadence that cannot be read as typed."""


def cadence_from(kind: str, text: str) -> dict[str, Any]:
    """Return the cadence table of a kind and what was typed: numbers, times, or the key of a parameter."""
    if kind == "once":
        return {"once": True}
    text = text.strip()
    if text and text[0].isascii() and text[0].isalpha():
        return {kind: text}
    parts = [one for one in text.replace("，", "、").replace(",", "、").split("、") if one.strip()]
    parts = [one.strip().replace("：", ":") for one in parts]
    if kind == "slots":
        return {kind: parts}
    try:
        numbers = [int(one) for one in parts]
    except ValueError:
        raise CadenceError(_("请填写整数，或参数的代码。")) from None
    if kind == "shift_ends":
        return {kind: numbers}
    if len(numbers) != 1:
        raise CadenceError(_("请填写一个整数，或参数的代码。"))
    return {kind: numbers[0]}


def cadence_text(data: Any) -> tuple[str, str]:
    """Return kind and text of a cadence table, as ``cadence_from`` reads them."""
    kind, given = next(iter(data.items()))
    if kind == "once":
        return kind, ""
    if isinstance(given, list | tuple):
        return kind, "、".join(str(one) for one in given)
    return kind, str(given)


class MeasureForm(forms.Form):
    """One measure of a draft."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=200, widget=_LINE)
    title_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=300, required=False, widget=_LINE)
    key = forms.RegexField(
        r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$",
        label=gettext_lazy("代码"),
        max_length=60,
        widget=_LINE,
        help_text=gettext_lazy("小写字母、数字、点和短横，如 health.temperature。"),
        error_messages={"invalid": gettext_lazy("只能用小写字母、数字、点和短横。")},
    )
    item = forms.TypedChoiceField(
        label=gettext_lazy("指南条目"), coerce=int, choices=[(n, f"{n} ") for n in ITEMS]
    )
    clause = forms.CharField(
        label=gettext_lazy("出处"),
        max_length=200,
        widget=_LINE,
        help_text=gettext_lazy("如：附件2（三）。"),
    )
    phases = forms.MultipleChoiceField(
        label=gettext_lazy("适用阶段"), choices=Phase.choices, widget=forms.CheckboxSelectMultiple
    )
    cadence_kind = forms.ChoiceField(label=gettext_lazy("频次种类"), choices=list(_KIND_WORDS.items()))
    cadence = forms.CharField(
        label=gettext_lazy("频次"),
        required=False,
        max_length=120,
        widget=_LINE,
        help_text=gettext_lazy("数字或时间；也可以填本集参数的代码。“一次”不填。"),
    )
    subject = forms.ChoiceField(label=gettext_lazy("对象"), choices=Subject.choices)
    party = forms.ChoiceField(label=gettext_lazy("责任方"), choices=Party.choices)
    watching = forms.ChoiceField(label=gettext_lazy("督办工作组"))
    evidence = forms.ChoiceField(label=gettext_lazy("完成依据"), choices=Evidence.choices)
    severity = forms.ChoiceField(label=gettext_lazy("严重程度"), choices=Severity.choices)
    parameters = forms.MultipleChoiceField(
        label=gettext_lazy("参数"), required=False, widget=forms.CheckboxSelectMultiple
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("适用企业（都不选为全部）"),
        required=False,
        choices=Mark.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    workdays = forms.BooleanField(label=gettext_lazy("只在工作日"), required=False)
    law = forms.CharField(label=gettext_lazy("法律依据"), max_length=300, required=False, widget=_LINE)
    restricts = forms.BooleanField(label=gettext_lazy("限制人员"), required=False)
    power = forms.ChoiceField(label=gettext_lazy("权限种类"), required=False)
    scope = forms.CharField(label=gettext_lazy("范围"), max_length=300, required=False, widget=_LINE)
    term_days = forms.IntegerField(
        label=gettext_lazy("最长期限（天）"), required=False, min_value=1, max_value=366
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, keys: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"at_{level}"] = forms.CharField(
                label=_("%(level)s起的频次") % {"level": Phase(level).label},
                required=False,
                max_length=120,
                widget=_LINE,
                help_text=_("不填则与前一等级相同。"),
            )
        self._choose("parameters", keys)
        self._choose("item", [(n, f"{n} {title}") for n, title in ITEMS.items()])
        self._choose("watching", [(one, measures.group_name(one)) for one in measures.WATCHING])
        self._choose(
            "power",
            [("", _("无")), *((one.key, measures.power_name(one.key)) for one in measures.powers().values())],
        )
        self.order_fields(
            [
                "title", "title_en", "key", "item", "clause", "phases", "cadence_kind", "cadence",
                *(f"at_{level}" for level in LEVELS), "subject", "party", "watching", "evidence", "severity",
            ]
        )  # fmt: skip

    def _choose(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @staticmethod
    def initial_of(spec: measures.MeasureSpec) -> dict[str, Any]:
        """Return what the form shows of a measure."""
        kind, text = cadence_text(spec.cadence)
        found = {
            name: getattr(spec, name)
            for name in (
                "title", "title_en", "key", "item", "clause", "subject", "party", "watching", "evidence",
                "severity", "workdays", "law", "restricts", "power", "scope", "term_days", "reason",
            )
        }  # fmt: skip
        for level, data in spec.at.items():
            found[f"at_{level}"] = cadence_text(data)[1]
        return {
            **found,
            "phases": list(spec.phases),
            "parameters": list(spec.parameters),
            "needs": list(spec.needs),
            "cadence_kind": kind,
            "cadence": text,
        }

    def clean(self) -> dict[str, Any]:
        """Read the cadences."""
        data = super().clean() or {}
        kind = data.get("cadence_kind", "")
        data["at"] = {}
        for name in ("cadence", *(f"at_{level}" for level in LEVELS)):
            text = data.get(name, "")
            if not kind or (name != "cadence" and not text):
                continue
            if name == "cadence" and not text and kind != "once":
                self.add_error(name, _("请填写频次。"))
                continue
            try:
                table = cadence_from(kind, text)
            except forms.ValidationError as error:
                self.add_error(name, error)
                continue
            if name == "cadence":
                data["table"] = table
            else:
                data["at"][name.removeprefix("at_")] = table
        return data

    def spec(self) -> measures.MeasureSpec:
        """Return the measure; only for a valid form."""
        data = self.cleaned_data
        power = measures.powers().get(data["power"])
        return measures.MeasureSpec(
            key=data["key"],
            title=data["title"].strip(),
            title_en=data["title_en"].strip(),
            item=data["item"],
            clause=data["clause"].strip(),
            subject=data["subject"],
            cadence=data["table"],
            at=data["at"],
            phases=tuple(one for one in PHASES if one in data["phases"]),
            party=data["party"],
            watching=data["watching"],
            evidence=data["evidence"],
            severity=data["severity"],
            parameters=tuple(data["parameters"]),
            needs=tuple(data["needs"]),
            workdays=data["workdays"],
            law=data["law"].strip(),
            restricts=data["restricts"],
            power=data["power"],
            decider=power.decider if power else Decider.EMPLOYER.value,
            scope=data["scope"].strip(),
            term_days=data["term_days"],
            reason=data["reason"].strip(),
        )


def value_from(text: str, like: Any = None) -> Any:
    """Return the value that was typed: a list between 、, a number, or words; ``like`` is the value before."""
    text = text.strip()
    if isinstance(like, list) or "、" in text:
        return [one.strip().replace("：", ":") for one in text.split("、") if one.strip()]
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def value_text(value: Any) -> str:
    """Return a value as ``value_from`` reads it."""
    return "、".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


class ParameterForm(forms.Form):
    """One parameter of a draft."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=100, widget=_LINE)
    title_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=160, required=False, widget=_LINE)
    key = forms.RegexField(
        r"^[a-z][a-z0-9_]*$",
        label=gettext_lazy("代码"),
        max_length=60,
        widget=_LINE,
        error_messages={"invalid": gettext_lazy("参数代码只能用小写字母、数字和下划线。")},
    )
    unit = forms.CharField(label=gettext_lazy("单位"), max_length=60, required=False, widget=_LINE)
    value = forms.CharField(
        label=gettext_lazy("值"),
        max_length=200,
        widget=_LINE,
        help_text=gettext_lazy("数字、文字，或用顿号隔开的几个值，如 07:30、13:30。"),
    )
    source = forms.CharField(label=gettext_lazy("来源"), max_length=300, widget=_LINE)
    verified = forms.BooleanField(label=gettext_lazy("已核实"), required=False)
    valid_from = forms.DateField(
        label=gettext_lazy("起用日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=gettext_lazy("停用日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("从这一天起不再使用。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in LEVELS:
            self.fields[f"at_{level}"] = forms.CharField(
                label=_("%(level)s起的值") % {"level": Phase(level).label},
                required=False,
                max_length=200,
                widget=_LINE,
                help_text=_("不填则与前一等级相同。"),
            )
        self.order_fields(["title", "title_en", "key", "unit", "value", *(f"at_{level}" for level in LEVELS)])

    @staticmethod
    def initial_of(spec: measures.ParameterSpec) -> dict[str, Any]:
        """Return what the form shows of a parameter."""
        found: dict[str, Any] = {
            name: getattr(spec, name)
            for name in (
                "title",
                "title_en",
                "key",
                "unit",
                "source",
                "verified",
                "valid_from",
                "valid_until",
            )
        }
        found["value"] = value_text(spec.value)
        for level, value in spec.at.items():
            found[f"at_{level}"] = value_text(value)
        return found

    def spec(self, like: Any = None) -> measures.ParameterSpec:
        """Return the parameter; only for a valid form."""
        data = self.cleaned_data
        return measures.ParameterSpec(
            key=data["key"],
            title=data["title"].strip(),
            title_en=data["title_en"].strip(),
            unit=data["unit"].strip(),
            value=value_from(data["value"], like),
            at={level: value_from(text, like) for level in LEVELS if (text := data[f"at_{level}"])},
            source=data["source"].strip(),
            verified=data["verified"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
        )


class AboutForm(forms.Form):
    """Title and note of a draft."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=100, widget=_LINE)
    title_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=160, required=False, widget=_LINE)
    note = forms.CharField(
        label=gettext_lazy("修改说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ImportForm(forms.Form):
    """A set file."""

    file = forms.FileField(
        label=gettext_lazy("措施集文件（.toml）"),
        error_messages={"required": gettext_lazy("请选择一个文件。")},
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
    )
    note = forms.CharField(label=gettext_lazy("修改说明"), max_length=500, required=False, widget=_LINE)

    def text(self) -> str:
        """Return the text of the file. Raises ValidationError for what is no text."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError(_("文件太大，措施集不超过 1 MB。"))
        try:
            return bytes(file.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("文件要用 UTF-8 编码保存。")) from None

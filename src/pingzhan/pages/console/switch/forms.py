"""Forms of the switch: what is ordered, on what basis, why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import BasisKind
from pingzhan.domain.command.models import CommandTenure
from pingzhan.domain.organisation.models import Person

LEVEL_NOTES = {
    1: gettext_lazy("特别重大"),
    2: gettext_lazy("重大"),
    3: gettext_lazy("较大"),
    4: gettext_lazy("一般"),
}
"""Names of the four levels of public emergencies (突发事件应对法 article 3)."""

PHRASES = (
    gettext_lazy("上级通报，按要求转入战时状态。"),
    gettext_lazy("发现疑似聚集性疫情，先行转入战时状态。"),
    gettext_lazy("核酸混管初筛阳性，立即进行平战转换。"),
    gettext_lazy("重点地区来返人员增多，提级响应。"),
    gettext_lazy("疫情形势缓和，降低响应等级。"),
)
"""Reasons that can be chosen instead of typed; typed words are added behind."""


class BasisForm(forms.Form):
    """What an order rests on: a document with its number, or the words of somebody with authority."""

    basis_kind = forms.ChoiceField(
        label=gettext_lazy("依据"),
        choices=[
            (BasisKind.DOCUMENT.value, gettext_lazy("文件")),
            (BasisKind.VERBAL.value, gettext_lazy("口头命令（事后补文号）")),
        ],
        widget=forms.RadioSelect,
        initial=BasisKind.DOCUMENT.value,
        error_messages={"required": gettext_lazy("请选择依据是文件还是口头命令。")},
    )
    basis = forms.CharField(
        label=gettext_lazy("文号，或口头命令由谁下达"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写明文号；口头命令写明由谁下达。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class UnitsField(forms.Field):
    """Numbers of chosen units: one value for each, or several in one value between commas."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        """Return the numbers once each, in their order."""
        parts = [part for one in value or [] for part in str(one).split(",") if part]
        if not parts:
            raise forms.ValidationError(self.error_messages["required"])
        if not all(part.isdecimal() and len(part) < 19 for part in parts):
            raise forms.ValidationError(_("选定的范围无效，请重新选择。"))
        return list(dict.fromkeys(int(part) for part in parts))


class ExpectField(forms.RegexField):
    """The fence of several scopes: ``unit:epoch`` pairs between blanks; clean gives the pairs."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            r"^[0-9]{1,18}:[0-9]{1,9}( [0-9]{1,18}:[0-9]{1,9})*$", widget=forms.HiddenInput, **more
        )

    def clean(self, value: Any) -> Any:
        """Return the pairs of numbers."""
        pairs = (pair.split(":") for pair in super().clean(value).split())
        return tuple((int(unit), int(epoch)) for unit, epoch in pairs)


def expect_words(pairs: Iterable[tuple[int, int]]) -> str:
    """Return a fence as ``ExpectField`` reads it."""
    return " ".join(f"{unit}:{epoch}" for unit, epoch in pairs)


class WordsForm(BasisForm):
    """Level, basis and reason of a switch."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("响应等级"),
        choices=[(str(n), note) for n, note in LEVEL_NOTES.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择响应等级。")},
    )
    phrase = forms.ChoiceField(
        label=gettext_lazy("理由（可选例句）"),
        required=False,
        choices=[("", gettext_lazy("自己写"))] + [(str(n), text) for n, text in enumerate(PHRASES)],
    )
    reason = forms.CharField(
        label=gettext_lazy("理由补充"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    hazard = forms.ChoiceField(label=gettext_lazy("风险种类"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The choices depend on a setting and on the reader's language.
        self.fields["hazard"] = forms.ChoiceField(
            label=_("风险种类"),
            required=False,
            choices=[
                (
                    "",
                    _("沿用现行命令；新的命令为%(hazard)s")
                    % {"hazard": command.hazard_name(command.default_hazard())},
                ),
                *command.hazard_choices(),
            ],
            help_text=_("决定启用哪一套防控措施。"),
        )

    def clean(self) -> dict[str, Any]:
        """Join the chosen sentence and the typed words to one reason; one of the two must be there."""
        data = super().clean() or {}
        phrase = data.get("phrase") or ""
        chosen = str(PHRASES[int(phrase)]) if phrase else ""
        full = (chosen + (data.get("reason") or "").strip()).strip()
        if not full:
            self.add_error("reason", _("请选一个例句，或写明理由。"))
        data["full_reason"] = full
        return data


class SwitchForm(WordsForm):
    """One scope, and what is ordered for it."""

    unit = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("请选定一个范围。")}
    )
    field_order = ("unit", "level", "hazard", "basis_kind", "basis", "phrase", "reason")


class SeveralForm(WordsForm):
    """A chosen list of enterprises, and what is ordered for all of them."""

    units = UnitsField(error_messages={"required": gettext_lazy("请至少选定一家企业。")})
    field_order = ("units", "level", "hazard", "basis_kind", "basis", "phrase", "reason")


class _PreparedForm(forms.Form):
    """An order as its preview prepared it: nothing here is typed by a person."""

    level = forms.IntegerField(min_value=1, max_value=4)
    basis_kind = forms.ChoiceField(choices=BasisKind.choices)
    basis = forms.CharField(max_length=120)
    phrase = forms.CharField(required=False, max_length=4)
    reason = forms.CharField(max_length=700)
    hazard = forms.CharField(required=False, max_length=40)
    key = forms.CharField(max_length=80)
    preview_sha = forms.RegexField(r"^[0-9a-f]{16,64}$")


class OrderForm(_PreparedForm):
    """The order for one scope."""

    unit = forms.IntegerField()
    expect_epoch = forms.IntegerField(min_value=0)


class SeveralOrderForm(_PreparedForm):
    """The order for a chosen list."""

    units = UnitsField()
    expect = ExpectField()


class StandDownForm(forms.Form):
    """Reason and the short hand-over note of a stand-down."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明解除的理由。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写给接手的平时岗位：做到哪里，还差什么，物资和人员在哪里。"),
    )
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    expect = ExpectField()


class RebaseForm(forms.Form):
    """Why the newer structure is used, and what ties the order to the page that showed it."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明换用新版的理由。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    expect = ExpectField()
    preview_sha = forms.RegexField(r"^[0-9a-f]{16,64}$", widget=forms.HiddenInput)


class _ScopeForm(forms.Form):
    """A scope in an emergency, chosen among those shown, and what is handed over."""

    scope = forms.TypedChoiceField(label=gettext_lazy("范围"))
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明交接说明。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, tenures: Sequence[CommandTenure], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tenures = {str(one.unit_id): one for one in tenures}
        self.fields["scope"] = forms.TypedChoiceField(
            label=_("范围"),
            choices=[(key, one.unit.name) for key, one in self._tenures.items()],
            coerce=lambda key: self._tenures[key],
        )


class TakeCommandForm(_ScopeForm):
    """Who of the level above commands: somebody known, or a newcomer with name and phone."""

    field_order = ("scope", "person", "name", "title", "phone", "note")

    def __init__(
        self, tenures: Sequence[CommandTenure], known: QuerySet[Person], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(tenures, *args, **kwargs)
        self.fields["person"] = forms.ModelChoiceField(
            known, label=_("上级指挥人"), required=False, empty_label=_("新登记一人")
        )
        self.fields["name"] = forms.CharField(label=_("姓名"), required=False, max_length=40)
        self.fields["title"] = forms.CharField(label=_("单位和职务"), required=False, max_length=80)
        self.fields["phone"] = forms.CharField(
            label=_("电话"),
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Require somebody known, or a name and a phone: whoever commands must be reached by one call."""
        data = super().clean() or {}
        if not data.get("person"):
            if not (data.get("name") or "").strip():
                self.add_error("name", _("请选择上级指挥人，或填写姓名。"))
            if not (data.get("phone") or "").strip():
                self.add_error("phone", _("请填写电话。"))
        return data


class HandBackForm(_ScopeForm):
    """Which scope is handed back to its own commander."""

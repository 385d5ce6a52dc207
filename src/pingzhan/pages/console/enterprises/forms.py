"""Forms of the register of enterprises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import EnterpriseStatus, LegalForm, RiskClass, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError

if TYPE_CHECKING:
    _UnitChoice = forms.ModelChoiceField[Unit]
    _EnterpriseChoice = forms.ModelChoiceField[Enterprise]
else:
    _UnitChoice = forms.ModelChoiceField
    _EnterpriseChoice = forms.ModelChoiceField

ALL = gettext_lazy("全部")
FLAG_LABELS = {
    "cold_chain": gettext_lazy("经营冷链"),
    "imported_goods": gettext_lazy("使用进口货物"),
    "canteen": gettext_lazy("有职工食堂"),
    "dormitory": gettext_lazy("有职工宿舍"),
}
ORDER_LABELS = {
    "name": gettext_lazy("名称"),
    "code": gettext_lazy("代码"),
    "headcount": gettext_lazy("人数从多到少"),
    "risk": gettext_lazy("风险从高到低"),
    "newest": gettext_lazy("最近登记"),
}


def industries() -> list[tuple[str, str]]:
    """Return the divisions as choices, by their number."""
    return [(code, f"{code} {name}") for code, name in territory.DIVISIONS.items()]


def attach_by_label(form: forms.Form, error: DomainError) -> None:
    """Show a refusal of the action under the field it is about, above the form when it is about no field.

    The field is found by what the message begins with: constraint messages name their field first.
    """
    text = f"{error.message}{error.hint}"
    for name, field in form.fields.items():
        if field.label and error.message.startswith(str(field.label)):
            form.add_error(name, text)
            return
    form.add_error(None, text)


class AreaChoice(_UnitChoice):
    """An area or zone, indented by its depth."""

    def label_from_instance(self, obj: Unit) -> str:
        """Return what the list shows."""
        return "\u3000" * max(0, obj.path.count("/") - 2) + obj.name


class EnterpriseChoice(_EnterpriseChoice):
    """An enterprise with its code, since names may be alike."""

    def label_from_instance(self, obj: Enterprise) -> str:
        """Return what the list shows."""
        return f"{obj.unit.name} · {obj.unit.code}"


class FilterForm(forms.Form):
    """What the list shows; every field may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("名称、拼音首字母或信用代码"), "type": "search"}
        ),
    )
    area = forms.ChoiceField(label=gettext_lazy("片区"), required=False)
    industry = forms.ChoiceField(label=gettext_lazy("行业"), required=False)
    risk = forms.ChoiceField(
        label=gettext_lazy("风险等级"), required=False, choices=[("", ALL), *RiskClass.choices]
    )
    status = forms.ChoiceField(
        label=gettext_lazy("经营状态"), required=False, choices=[("", ALL), *EnterpriseStatus.choices]
    )
    flag = forms.ChoiceField(
        label=gettext_lazy("特征"), required=False, choices=[("", ALL), *FLAG_LABELS.items()]
    )
    order = forms.ChoiceField(
        label=gettext_lazy("排序"), required=False, choices=list(ORDER_LABELS.items()), initial="name"
    )

    def __init__(self, *args: Any, areas: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(area.path, area.name) for area in areas]
        self.fields["area"] = forms.ChoiceField(
            label=gettext_lazy("片区"), required=False, choices=[("", ALL), *choices]
        )
        self.fields["industry"] = forms.ChoiceField(
            label=gettext_lazy("行业"), required=False, choices=[("", ALL), *industries()]
        )
        self.order_fields(["q", "area", "industry", "risk", "status", "flag", "order"])

    def wanted(self) -> territory.EnterpriseFilter:
        """Return the filter; a field with a wrong value does not limit the list."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        if self.is_bound and not data:
            data = getattr(self, "cleaned_data", {})
        return territory.EnterpriseFilter(
            words=data.get("q", ""),
            area=data.get("area", ""),
            industry=data.get("industry", ""),
            risk=data.get("risk", ""),
            status=data.get("status", ""),
            flags=[data["flag"]] if data.get("flag") else [],
            order=data.get("order", "") or "name",
        )


class FileForm(forms.Form):
    """The file of an enterprise. ``own``: only what the enterprise itself may change."""

    name = forms.CharField(label=gettext_lazy("企业名称"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=40, required=False)
    credit_code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=40,
        help_text=gettext_lazy("18 位，见营业执照。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    industry = forms.ChoiceField(label=gettext_lazy("行业"))
    legal_form = forms.ChoiceField(
        label=gettext_lazy("企业类型"), choices=[("", "—"), *LegalForm.choices], required=False
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    plot = forms.CharField(label=gettext_lazy("地块号"), max_length=40, required=False)
    headcount = forms.IntegerField(
        label=gettext_lazy("申报职工人数"), min_value=0, max_value=200_000, required=False
    )
    cold_chain = forms.BooleanField(label=FLAG_LABELS["cold_chain"], required=False)
    imported_goods = forms.BooleanField(label=FLAG_LABELS["imported_goods"], required=False)
    canteen = forms.BooleanField(label=FLAG_LABELS["canteen"], required=False)
    dormitory = forms.BooleanField(label=FLAG_LABELS["dormitory"], required=False)

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["industry"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *industries()]
        if own:
            for name in set(self.fields) - territory.OWN_FIELDS:
                del self.fields[name]

    def clean_headcount(self) -> int:
        """Return the number, 0 when the field stayed empty."""
        return int(self.cleaned_data.get("headcount") or 0)


class NewForm(FileForm):
    """A registration: where, and under which code, beside the file."""

    parent = AreaChoice(label=gettext_lazy("片区"), queryset=Unit.objects.none(), empty_label="—")
    code = forms.CharField(
        label=gettext_lazy("单位代码"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("不填则自动编号。"),
    )
    risk = forms.ChoiceField(label=gettext_lazy("风险等级"), choices=RiskClass.choices, initial=RiskClass.LOW)
    risk_reason = forms.CharField(
        label=gettext_lazy("定级理由"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("中、高风险必须写明理由。"),
    )

    def __init__(self, *args: Any, actor: Actor, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unit is not None:
            del self.fields["parent"], self.fields["code"]
        else:
            parent = self.fields["parent"]
            assert isinstance(parent, forms.ModelChoiceField)
            parent.queryset = parents(actor)
        self.order_fields(["name", "short_name", "credit_code", "parent", "code"])

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a class above low beside the field."""
        data = super().clean() or self.cleaned_data
        if data.get("risk") != RiskClass.LOW and not str(data.get("risk_reason", "")).strip():
            self.add_error("risk_reason", _("请写明理由。"))
        return data

    def enterprise_data(self) -> territory.EnterpriseData:
        """Return the valid form as what the action takes."""
        names = territory.EnterpriseData.__dataclass_fields__
        return territory.EnterpriseData(**{name: self.cleaned_data[name] for name in names})


def parents(actor: Actor) -> Any:
    """Return the zones and areas below which the actor may register enterprises."""
    return Unit.objects.filter(
        within("path", actor.paths(Permission.EDIT_ENTERPRISE)), kind__in=(UnitKind.ZONE, UnitKind.AREA)
    ).order_by("path")


class ReasonForm(forms.Form):
    """A decision with its reason."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class BatchRiskForm(forms.Form):
    """Another risk class for the enterprises that are ticked."""

    risk = forms.ChoiceField(label=gettext_lazy("风险等级"), choices=RiskClass.choices)
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("理由"), "autocomplete": "off"}),
    )


class RiskForm(ReasonForm):
    """Another risk class."""

    risk = forms.ChoiceField(label=gettext_lazy("风险等级"), choices=RiskClass.choices)
    field_order = ["risk", "reason"]


class StatusForm(ReasonForm):
    """Another status; only those that can follow are offered."""

    status = forms.ChoiceField(label=gettext_lazy("经营状态"))
    field_order = ["status", "reason"]

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"] = forms.ChoiceField(label=gettext_lazy("经营状态"), choices=offered)
        self.order_fields(self.field_order)


class MergeForm(ReasonForm):
    """The enterprise this one goes into."""

    target = EnterpriseChoice(
        label=gettext_lazy("并入哪家企业"), queryset=Enterprise.objects.none(), empty_label="—"
    )
    field_order = ["target", "reason"]

    def __init__(self, *args: Any, enterprise: Enterprise, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = f"/{enterprise.unit.path.split('/')[1]}/"
        field = self.fields["target"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            territory.enterprises_visible_to(actor)
            .filter(unit__path__startswith=zone)
            .exclude(pk=enterprise.pk)
            .exclude(status=EnterpriseStatus.CLOSED)
            .select_related("unit")
            .order_by("sort_key")
        )


class MoveForm(forms.Form):
    """The area the enterprise belongs to from now on."""

    parent = AreaChoice(label=gettext_lazy("片区"), queryset=Unit.objects.none(), empty_label="—")

    def __init__(self, *args: Any, enterprise: Enterprise, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = f"/{enterprise.unit.path.split('/')[1]}/"
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Unit.objects.filter(within("path", actor.paths(Permission.EDIT_TERRITORY)))
            .filter(kind__in=(UnitKind.ZONE, UnitKind.AREA), path__startswith=zone)
            .exclude(children=enterprise.unit)
            .order_by("path")
        )

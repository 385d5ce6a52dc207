"""Forms of 货物静置."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import GoodsClass
from pingzhan.domain.gate.models import GoodsLot, VehicleEntry
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.pages.company.gate.forms import MomentField, text

_NUMBER = {
    "required": gettext_lazy("请填写数量。"),
    "invalid": gettext_lazy("数量应为数字。"),
    "min_value": gettext_lazy("数量应大于 0。"),
    "max_digits": gettext_lazy("数量过大。"),
    "max_decimal_places": gettext_lazy("数量最多两位小数。"),
}


class TeamField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A team of the enterprise; empty when it does not matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Team.objects.none(),
            required=False,
            label=gettext_lazy("经办班组"),
            empty_label="—",
            **kwargs,
        )

    def of(self, unit: Unit) -> None:
        """Offer the teams in use of an enterprise."""
        self.queryset = Team.objects.filter(enterprise=unit, active=True).order_by("name")


def _stores(unit: Unit) -> Any:
    return Site.objects.filter(enterprise=unit, active=True, kind__in=gate.STORES).order_by("kind", "code")


class _OfUnit(forms.Form):
    """A form whose team and storage are those of an enterprise; its moment is now."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"at": now, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, TeamField):
                field.of(unit)
        store = self.fields.get("storage")
        if isinstance(store, forms.ModelChoiceField):
            store.queryset = _stores(unit)


class LotForm(_OfUnit):
    """A lot that has arrived."""

    goods_class = forms.ChoiceField(label=gettext_lazy("货物类别"), choices=GoodsClass.choices)
    name = text(gettext_lazy("货物名称"), missing=gettext_lazy("请填写货物名称。"))
    origin = text(gettext_lazy("产地或启运地"), missing=gettext_lazy("请填写产地或启运地。"))
    quantity = forms.DecimalField(
        label=gettext_lazy("数量"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        error_messages=_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    measure = text(gettext_lazy("计量单位"), missing=gettext_lazy("请填写计量单位。"), most=10)
    arrived_at = MomentField(label=gettext_lazy("到厂时间"))
    storage = forms.ModelChoiceField(
        label=gettext_lazy("存放场所"), required=False, queryset=Site.objects.none(), empty_label="—"
    )
    team = TeamField()
    vehicles = forms.ModelMultipleChoiceField(
        label=gettext_lazy("运来的车辆"),
        required=False,
        queryset=VehicleEntry.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    container_no = text(gettext_lazy("集装箱号"), required=False, most=20)
    seal_no = text(gettext_lazy("铅封号"), required=False, most=20)
    inspection_no = text(gettext_lazy("检验检疫证明编号"), required=False, most=40)
    disinfection_no = text(gettext_lazy("消毒证明编号"), required=False, most=40)
    code = text(gettext_lazy("批号"), required=False, most=30)

    def __init__(self, *args: Any, unit: Unit, trucks: Any, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        super().__init__(*args, unit=unit, initial={"arrived_at": now, "measure": "kg"}, **kwargs)
        vehicles = self.fields["vehicles"]
        assert isinstance(vehicles, forms.ModelMultipleChoiceField)
        vehicles.queryset = trucks
        self.fields["code"].help_text = gettext_lazy("不填时由系统编号。")

    def data_of(self) -> gate.LotData:
        """Return what was filled in."""
        data = dict(self.cleaned_data)
        data["goods_class"] = GoodsClass(data["goods_class"])
        data["vehicle_ids"] = tuple(one.pk for one in data.pop("vehicles"))
        return gate.LotData(**data)


class StoreForm(_OfUnit):
    """Where a lot lies still."""

    storage = forms.ModelChoiceField(
        label=gettext_lazy("存放场所"),
        queryset=Site.objects.none(),
        empty_label=None,
        error_messages={"required": gettext_lazy("请选择存放场所。")},
    )
    at = MomentField(label=gettext_lazy("办理时间"))
    team = TeamField()
    photos = PhotosField()


class DisinfectForm(_OfUnit):
    """A disinfection."""

    agent = text(
        gettext_lazy("消毒剂和浓度"), missing=gettext_lazy("请填写消毒剂和浓度。"), placeholder="500 mg/L"
    )
    at = MomentField(label=gettext_lazy("办理时间"))
    team = TeamField()
    note = text(gettext_lazy("说明"), required=False)
    photos = PhotosField()


class TestForm(_OfUnit):
    """A test report."""

    __test__ = False
    report_no = text(gettext_lazy("报告编号"), missing=gettext_lazy("请填写检测报告编号。"), most=40)
    negative = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=[("yes", gettext_lazy("合格（阴性）")), ("no", gettext_lazy("不合格（阳性）"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择检测结果。")},
    )
    at = MomentField(label=gettext_lazy("办理时间"))
    photos = PhotosField(label=gettext_lazy("检测报告照片"))


class CertifyForm(_OfUnit):
    """Numbers of certificates."""

    inspection_no = text(gettext_lazy("检验检疫证明编号"), required=False, most=40)
    disinfection_no = text(gettext_lazy("消毒证明编号"), required=False, most=40)


class ReleaseForm(_OfUnit):
    """A release."""

    team = TeamField()


class ReasonForm(_OfUnit):
    """Why a lot is refused or was registered wrongly, or a record is void."""

    note = text(gettext_lazy("原因"), missing=gettext_lazy("请写明原因。"))


class AdoptForm(_OfUnit):
    """Nothing to fill in."""


FORMS: dict[str, type[_OfUnit]] = {
    "store": StoreForm,
    "disinfect": DisinfectForm,
    "test": TestForm,
    "certify": CertifyForm,
    "release": ReleaseForm,
    "reject": ReasonForm,
    "withdraw": ReasonForm,
    "adopt": AdoptForm,
    "void": ReasonForm,
}
LABELS = {
    "store": gettext_lazy("存放静置"),
    "disinfect": gettext_lazy("登记消毒"),
    "test": gettext_lazy("登记检测"),
    "certify": gettext_lazy("补登证明"),
    "release": gettext_lazy("放行"),
    "reject": gettext_lazy("拒收"),
    "withdraw": gettext_lazy("登记有误"),
    "adopt": gettext_lazy("改按现行规定"),
    "void": gettext_lazy("作废一项记录"),
}


def trucks_for(visible: Any, unit: Unit) -> Any:
    """Return the vehicles that a new lot may have come with: the last twelve of the enterprise."""
    recent = (
        visible.filter(enterprise=unit, voided_at__isnull=True).order_by("-t_in").values_list("pk", flat=True)
    )
    return VehicleEntry.objects.filter(pk__in=list(recent[:12])).order_by("-t_in")


def done(act: str, lot: GoodsLot, data: dict[str, Any], by: Any, step: int = 0) -> GoodsLot:
    """Carry out an act with the cleaned data of its form."""
    if act == "store":
        return gate.store_lot(
            lot_id=lot.pk,
            store=data["storage"],
            at=data["at"],
            team=data["team"],
            photos=data["photos"],
            by=by,
        )
    if act == "disinfect":
        return gate.disinfect_lot(lot_id=lot.pk, by=by, **data)
    if act == "test":
        return gate.note_test(
            lot_id=lot.pk,
            report_no=data["report_no"],
            negative=data["negative"] == "yes",
            at=data["at"],
            photos=data["photos"],
            by=by,
        )
    if act == "certify":
        return gate.certify_lot(lot_id=lot.pk, by=by, **data)
    if act == "release":
        return gate.release_lot(lot_id=lot.pk, team=data["team"], by=by)
    if act == "adopt":
        return gate.adopt_rule(lot_id=lot.pk, by=by)
    if act == "void":
        return gate.void_step(lot_id=lot.pk, step_id=step, note=data["note"], by=by)
    act_of = {"reject": gate.reject_lot, "withdraw": gate.withdraw_lot}[act]
    return act_of(lot_id=lot.pk, note=data["note"], by=by)

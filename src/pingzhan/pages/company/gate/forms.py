"""Forms of 门岗. What is personal is never filled in from what is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import (
    CabReason,
    CodeState,
    StarRule,
    TravelState,
    VehiclePurpose,
    VisitorMode,
    VisitReason,
)
from pingzhan.domain.territory.models import Team, Unit

_OFF = {"autocomplete": "off"}
_DATE = {"type": "date"}
_MOMENT = "%Y-%m-%dT%H:%M"


def text(
    label: Any, *, required: bool = True, missing: Any = "", most: int = 60, plate: bool = False, **attrs: Any
) -> forms.CharField:
    """Return a short text field; ``missing`` says in a sentence what to fill in."""
    errors = {"required": missing} if missing else {}
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        error_messages=errors,
        widget=forms.TextInput(attrs={**_OFF, **attrs, **({"data-plate": ""} if plate else {})}),
    )


class MomentField(forms.DateTimeField):
    """A local date and time, as browsers send them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=[_MOMENT, "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"}),
            **kwargs,
        )


def told() -> forms.BooleanField:
    """Return the question that is asked when somebody comes from a key region."""
    return forms.BooleanField(label=gettext_lazy("已报企业联系人，同意进入"), required=False)


def unasked(form: forms.Form) -> set[str]:
    """Return the question about a key region while it has not arisen."""
    asked = bool(form.errors.get("region_told")) or bool(form.is_bound and form["region_told"].value())
    return set() if asked else {"region_told"}


class VisitorForm(forms.Form):
    """A visitor at the gate, in the shortest form that real names allow; health only where it is asked for."""

    code = text(gettext_lazy("预约码"), required=False, most=10, inputmode="numeric")
    name = text(gettext_lazy("姓名"), missing=gettext_lazy("请填写姓名。"))
    phone = text(gettext_lazy("手机"), required=False, inputmode="tel")
    number = text(gettext_lazy("身份证号码"), required=False)
    host = text(gettext_lazy("找谁"), missing=gettext_lazy("请填写找谁。"))
    temperature = forms.DecimalField(
        label=gettext_lazy("体温（摄氏度）"),
        required=False,
        max_digits=3,
        decimal_places=1,
        error_messages={
            "invalid": gettext_lazy("体温应为数字，例如 36.5。"),
            "max_decimal_places": gettext_lazy("体温最多一位小数，例如 36.5。"),
            "max_digits": gettext_lazy("体温应为数字，例如 36.5。"),
            "max_whole_digits": gettext_lazy("体温应为数字，例如 36.5。"),
        },
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "decimal"}),
    )
    health_code = forms.ChoiceField(
        label=gettext_lazy("健康码"),
        required=False,
        choices=CodeState.choices,
        widget=forms.RadioSelect,
    )
    travel_code = forms.ChoiceField(
        label=gettext_lazy("行程码"),
        required=False,
        choices=TravelState.choices,
        widget=forms.RadioSelect,
    )
    written = text(
        gettext_lazy("身份证件和书面登记"),
        required=False,
        most=200,
        placeholder=gettext_lazy("例如：看了身份证，登记在门岗登记簿第 3 页"),
    )
    whereabouts = text(
        gettext_lazy("最近 14 天到过的地方"),
        required=False,
        most=200,
        placeholder=gettext_lazy("省、市、县（区），按日期"),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("事由"), choices=VisitReason.choices, initial=VisitReason.BUSINESS
    )
    company = text(gettext_lazy("来自单位"), required=False)
    persons = forms.IntegerField(
        label=gettext_lazy("人数"),
        min_value=1,
        max_value=50,
        initial=1,
        error_messages={
            "invalid": gettext_lazy("人数应为整数。"),
            "required": gettext_lazy("请填写人数。"),
            "min_value": gettext_lazy("来访人数应在 1 到 50 之间。"),
            "max_value": gettext_lazy("来访人数应在 1 到 50 之间。"),
        },
    )
    plate = text(gettext_lazy("车牌号"), required=False, most=12)
    region_told = told()

    FOLDED = ("company", "persons", "plate")
    """Fields that are seldom needed."""

    def __init__(self, *args: Any, standard: gate.Standard, closed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not standard.health_checks:
            for name in ("temperature", "health_code", "travel_code", "written", "whereabouts"):
                del self.fields[name]
        elif standard.star != StarRule.ASK:
            del self.fields["whereabouts"]
        self.by_appointment = closed or standard.visitor_mode == VisitorMode.APPOINTMENT
        if not self.by_appointment:
            self.order_fields([*(name for name in self.fields if name != "code"), "code"])

    def arrival(self) -> gate.Arrival:
        """Return what the guard wrote down."""
        data = dict(self.cleaned_data)
        data["reason"] = VisitReason(data["reason"])
        return gate.Arrival(**data)

    def folded(self) -> list[forms.BoundField]:
        """Return the fields behind 更多; open when one of them was refused."""
        names = self.FOLDED if self.by_appointment else (*self.FOLDED, "code")
        return [self[name] for name in names]

    def shown(self) -> list[forms.BoundField]:
        """Return the fields that everybody needs, and the question about a key region where it arises."""
        hidden = {field.name for field in self.folded()} | unasked(self)
        return [field for field in self if field.name not in hidden]

    def fold_open(self) -> bool:
        """Return whether a folded field was refused or filled in."""
        return any(
            field.errors or (self.is_bound and field.value() not in (None, "", "1"))
            for field in self.folded()
        )


class VehicleForm(forms.Form):
    """A vehicle at the gate."""

    plate = text(gettext_lazy("车牌号"), missing=gettext_lazy("请填写车牌号。"), most=12, plate=True)
    driver = text(gettext_lazy("司机姓名"), missing=gettext_lazy("请填写司机姓名。"))
    phone = text(gettext_lazy("司机手机"), required=False, inputmode="tel")
    origin = text(gettext_lazy("从何处来"), required=False)
    cargo = text(gettext_lazy("所载货物"), required=False)
    purpose = forms.ChoiceField(label=gettext_lazy("来意"), choices=VehiclePurpose.choices)
    disinfected = forms.BooleanField(label=gettext_lazy("车辆已消毒"), required=False)
    separate_lane = forms.BooleanField(label=gettext_lazy("走专用通道"), required=False, initial=True)
    cab_reason = forms.ChoiceField(
        label=gettext_lazy("司机是否下车"),
        required=False,
        choices=[("", gettext_lazy("不下车")), *CabReason.choices],
    )
    escort = text(gettext_lazy("押运人员"), required=False)
    region_told = told()

    def shown(self) -> list[forms.BoundField]:
        """Return the fields below the plate, and the question about a key region where it arises."""
        hidden = {"plate"} | unasked(self)
        return [field for field in self if field.name not in hidden]

    def truck(self) -> gate.Truck:
        """Return what the guard wrote down."""
        data = dict(self.cleaned_data)
        data["purpose"] = VehiclePurpose(data["purpose"])
        return gate.Truck(stays_in_cab=not data["cab_reason"], **data)


class AppointmentForm(forms.Form):
    """Somebody who is expected."""

    name = text(gettext_lazy("来访人姓名"), missing=gettext_lazy("请填写姓名。"))
    phone = text(gettext_lazy("手机"), required=False, inputmode="tel")
    host = text(gettext_lazy("找谁"), missing=gettext_lazy("请填写找谁。"))
    reason = forms.ChoiceField(label=gettext_lazy("事由"), choices=VisitReason.choices)
    company = text(gettext_lazy("来自单位"), required=False)
    persons = forms.IntegerField(label=gettext_lazy("人数"), min_value=1, max_value=50, initial=1)
    t0 = MomentField(label=gettext_lazy("从"))
    t1 = MomentField(label=gettext_lazy("到"))
    plate = text(gettext_lazy("车牌号"), required=False, most=12)

    @staticmethod
    def usual() -> dict[str, datetime]:
        """Return the times offered: from now to the end of the working day, or two hours."""
        begin = timezone.localtime().replace(second=0, microsecond=0)
        end = begin.replace(hour=18, minute=0)
        return {"t0": begin, "t1": end if end > begin else begin + timedelta(hours=2)}

    def invitation(self) -> gate.Invitation:
        """Return what was filled in."""
        data = dict(self.cleaned_data)
        data["reason"] = VisitReason(data["reason"])
        return gate.Invitation(**data)


class CloseForm(forms.Form):
    """Closed management begins: on what basis, decided by whom, until when."""

    basis = text(
        gettext_lazy("依据"),
        missing=gettext_lazy("请写明依据，例如文件名称和文号。"),
        placeholder=gettext_lazy("〔2022〕5号"),
    )
    decided_by = text(gettext_lazy("决定机关"), missing=gettext_lazy("请写明由谁决定。"))
    until = forms.DateField(label=gettext_lazy("期限"), required=False, widget=forms.DateInput(attrs=_DATE))


class PermitForm(forms.Form):
    """One row of the permitted list: an employee number, a team or a plate."""

    worker = text(gettext_lazy("工号"), required=False, most=30)
    team = forms.ModelChoiceField(
        label=gettext_lazy("或班组"), required=False, queryset=Team.objects.none(), empty_label="—"
    )
    plate = text(gettext_lazy("或车牌号"), required=False, most=12)
    purpose = text(gettext_lazy("准入事由"), missing=gettext_lazy("请填写准入事由。"))
    until = forms.DateField(
        label=gettext_lazy("有效期至"), required=False, widget=forms.DateInput(attrs=_DATE)
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = self.fields["team"]
        assert isinstance(teams, forms.ModelChoiceField)
        teams.queryset = Team.objects.filter(enterprise=unit, active=True).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one of the three."""
        data = dict(super().clean() or {})
        if sum(bool(data.get(name)) for name in ("worker", "team", "plate")) != 1:
            self.add_error("worker", _("请填写工号、班组、车牌号中的一项。"))
        return data


class MeetingForm(forms.Form):
    """A meeting."""

    topic = text(gettext_lazy("会议名称"), missing=gettext_lazy("请填写会议名称。"))
    held_at = MomentField(label=gettext_lazy("开会时间"))
    online = forms.BooleanField(
        label=gettext_lazy("视频会议"), required=False, help_text=gettext_lazy("能用视频的，不集中开会。")
    )
    persons = forms.IntegerField(
        label=gettext_lazy("到场人数"),
        min_value=1,
        max_value=10_000,
        error_messages={"required": gettext_lazy("请填写到场人数。")},
    )
    place = text(gettext_lazy("地点"), required=False)

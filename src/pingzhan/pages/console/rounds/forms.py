"""Forms of testing rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening.enums import MemberKind, MemberRole, ProbeKind
from pingzhan.domain.screening.models import Laboratory, SamplingTeam
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.devices import LONGEST_DAYS

_WHOLE = {"required": _("请填写数量。"), "invalid": _("请填写整数。")}
_TIME = {"required": _("请填写时间。"), "invalid": _("请按 24 小时制填写时间，例如 07:30。")}


def whole(label: Any, *, required: bool = True, **more: Any) -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(
        label=label,
        required=required,
        error_messages=_WHOLE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        **more,
    )


def clock_field(label: Any) -> forms.TimeField:
    """Return a field for a time of day."""
    return forms.TimeField(
        label=label, error_messages=_TIME, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )


class OpenForm(forms.Form):
    """A round that somebody ordered."""

    day = forms.DateField(
        label=_("日期"),
        error_messages={"required": _("请选择日期。"), "invalid": _("日期不对，例如 2026-05-20。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    basis = forms.CharField(
        label=_("依据的文件或决定"),
        max_length=200,
        error_messages={"required": _("请写明依据的文件或决定。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    pool_size = forms.TypedChoiceField(
        label=_("每管人数"),
        coerce=int,
        initial=10,
        choices=[(1, _("1 人（单管）")), (5, _("5 人")), (10, _("10 人")), (20, _("20 人"))],
    )
    firms = forms.TypedMultipleChoiceField(
        label=_("企业"), coerce=int, required=False, help_text=_("不选就是全区所有企业。")
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["firms"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(one.pk, one.name) for one in units]


class ProbeForm(forms.Form):
    """One swab outside the rounds: a worker by his number, anybody else by name and document."""

    kind = forms.ChoiceField(label=_("类别"), choices=ProbeKind.choices)
    tube = forms.CharField(
        label=_("管码"),
        max_length=40,
        error_messages={"required": _("请填写管码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    at = forms.DateTimeField(
        label=_("采样时间"),
        error_messages={"required": _("请填写时间。"), "invalid": _("时间不对，例如 2026-05-20 09:30。")},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    enterprise = forms.TypedChoiceField(
        label=_("企业"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("职工所在的企业；不是职工的，在哪家企业采样就选哪家，都不是就不选。"),
    )
    number = forms.CharField(
        label=_("工号"),
        max_length=40,
        required=False,
        help_text=_("填了工号就不用填姓名和证件号码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("姓名"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    document = forms.CharField(
        label=_("证件号码"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["enterprise"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("不选")), *((one.pk, one.name) for one in units)]


class PlanForm(forms.Form):
    """How long to search, and what to assume otherwise. Everything empty: an ordinary version."""

    reason = forms.CharField(
        label=_("这一版的缘由"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    iterations = whole(_("搜索次数"), required=False, min_value=1, max_value=1_000_000)
    without = forms.TypedMultipleChoiceField(label=_("假设不用哪些采样队"), coerce=int, required=False)
    tubes_per_hour = whole(_("假设实验室每小时检测管数"), required=False, min_value=1, max_value=100_000)
    pool_size = forms.TypedChoiceField(
        label=_("假设每管人数"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", _("按本轮")), (5, _("5 人")), (10, _("10 人")), (20, _("20 人"))],
    )
    drivers = whole(
        _("假设另派送样员人数"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("送样员开车到各企业取样送实验室，采样队中途不用回去。不填就是采样队自己送。"),
    )
    age_minutes = whole(
        _("假设样本送到的时限（分钟）"),
        required=False,
        min_value=1,
        max_value=1440,
        help_text=_("从每次采样的第一个人算起，不能比规定的长。不填就按规定。"),
    )

    def __init__(self, *args: Any, teams: Sequence[SamplingTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["without"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(one.pk, one.name) for one in teams]
        field.widget = forms.CheckboxSelectMultiple(choices=field.choices)


class PhoneForm(forms.Form):
    """A new phone: what it is called, for which team, for how long."""

    name = forms.CharField(
        label=_("手机名称"),
        max_length=60,
        help_text=_("写在手机背面的编号，便于清点。"),
        error_messages={"required": _("请填写名称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    team = forms.ModelChoiceField(
        label=_("采样队"),
        queryset=SamplingTeam.objects.none(),
        error_messages={"required": _("请选择采样队。"), "invalid_choice": _("请选择采样队。")},
    )
    days = whole(_("有效天数"), min_value=1, max_value=LONGEST_DAYS, initial=2, help_text=_("到期自动停用。"))

    def __init__(self, *args: Any, teams: QuerySet[SamplingTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = teams


class TeamForm(forms.Form):
    """A sampling team."""

    name = forms.CharField(
        label=_("名称"),
        max_length=40,
        error_messages={"required": _("请填写名称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    samplers = whole(_("采样人数"), initial=2, min_value=1, max_value=100)
    starts = clock_field(_("出工"))
    ends = clock_field(_("收工"))
    cooler_tubes = whole(_("冷藏箱可装管数"), required=False, min_value=0, max_value=100_000)
    active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    @staticmethod
    def start_of(team: SamplingTeam | None) -> dict[str, Any]:
        """Return what the form shows first."""
        if team is None:
            return {"samplers": 2, "starts": "07:30", "ends": "20:00", "cooler_tubes": 0, "active": True}
        names = ("name", "samplers", "starts", "ends", "cooler_tubes", "active")
        return {name: getattr(team, name) for name in names}


class Somebody(forms.ModelChoiceField["Person"]):
    """Somebody, by name and where he belongs."""

    def label_from_instance(self, obj: Any) -> str:
        """Return name, title and unit."""
        return " ".join(filter(None, (obj.name, obj.title, obj.home_unit.name)))


class MemberForm(forms.Form):
    """Somebody for a sampling team."""

    person = Somebody(
        label=_("人员"),
        queryset=Person.objects.none(),
        empty_label=_("请选择"),
        error_messages={"required": _("请选择人员。"), "invalid_choice": _("这名人员不在可选的名单里。")},
    )
    kind = forms.ChoiceField(label=_("来源"), choices=MemberKind.choices)
    role = forms.ChoiceField(label=_("分工"), choices=MemberRole.choices)

    def __init__(self, *args: Any, persons: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = persons


class LaboratoryForm(forms.Form):
    """A laboratory."""

    name = forms.CharField(
        label=_("名称"),
        max_length=40,
        error_messages={"required": _("请填写名称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("编号"),
        max_length=40,
        error_messages={"required": _("请填写编号。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tubes_per_hour = whole(_("每小时检测管数"), required=False, min_value=1, max_value=100_000)
    run_minutes = whole(_("检测用时（分钟）"), min_value=1, max_value=2880)
    opens = clock_field(_("开始收样"))
    closes = clock_field(_("停止收样"))
    x = whole(_("平面图横坐标（米）"), min_value=-100_000, max_value=100_000)
    y = whole(_("平面图纵坐标（米）"), min_value=-100_000, max_value=100_000)
    active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    @staticmethod
    def start_of(one: Laboratory | None) -> dict[str, Any]:
        """Return what the form shows first."""
        if one is None:
            return {"run_minutes": 240, "opens": "00:00", "closes": "00:00", "x": 0, "y": 0, "active": True}
        names = ("name", "code", "tubes_per_hour", "run_minutes", "opens", "closes", "active")
        return {**{name: getattr(one, name) for name in names}, "x": round(one.x), "y": round(one.y)}

"""Forms of 消杀通风."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import SOURCE, STRENGTHS, Agent, AreaKind, Kind
from pingzhan.domain.sanitation.models import Area, Record
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.kernel.errors import Invalid

_MOMENT = "%Y-%m-%dT%H:%M"
_USUAL = [("", gettext_lazy("按各区域的常用消毒剂")), *Agent.choices]


def strengths_words() -> str:
    """Return the usual concentrations of the agents in one sentence, with their source."""
    found = "、".join(
        f"{Agent(key).label} {sanitation.amount(key, one.usual)}" for key, one in STRENGTHS.items()
    )
    return _("常用浓度：%(found)s。依据：%(source)s。") % {"found": found, "source": SOURCE}


class MomentField(forms.DateTimeField):
    """A local date and time, as browsers send them."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("完成时间"),
            input_formats=[_MOMENT, "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"}),
            error_messages={
                "required": gettext_lazy("请填写完成的时间。"),
                "invalid": gettext_lazy("时间不对，例如 2026-03-01 08:30。"),
            },
        )


def strength_field(*, required: bool = False) -> forms.DecimalField:
    """Return the field of a concentration, in the unit of its agent."""
    return forms.DecimalField(
        label=gettext_lazy("浓度"),
        required=required,
        max_digits=8,
        decimal_places=2,
        error_messages={
            "invalid": gettext_lazy("浓度应为数字，例如 500。"),
            "max_digits": gettext_lazy("浓度过大。"),
            "max_decimal_places": gettext_lazy("浓度最多两位小数。"),
            "max_whole_digits": gettext_lazy("浓度过大。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def minutes_field(label: Any) -> forms.IntegerField:
    """Return a field of minutes."""
    return forms.IntegerField(
        label=label,
        required=False,
        error_messages={"invalid": gettext_lazy("分钟数应为整数。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def note_field() -> forms.CharField:
    """Return the field of a short note."""
    return forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoundForm(forms.Form):
    """How a round was done, where it differs from the usual way."""

    at = MomentField()
    agent = forms.ChoiceField(label=gettext_lazy("消毒剂"), required=False, choices=_USUAL)
    strength = strength_field()
    minutes = minutes_field(gettext_lazy("通风分钟"))
    note = note_field()
    photos = PhotosField()

    def __init__(self, *args: Any, kind: Kind, least: int, at: datetime | None, **kwargs: Any) -> None:
        initial = {"at": timezone.localtime(at)} if at is not None else {}
        super().__init__(*args, **{**kwargs, "initial": initial})
        if kind == Kind.VENTILATION:
            del self.fields["agent"], self.fields["strength"]
            self.fields["minutes"].help_text = _("不填时按各区域的计划，没有计划的 %(n)d 分钟。") % {
                "n": least
            }
        else:
            del self.fields["minutes"]
            self.fields["strength"].help_text = strengths_words()


class CorrectForm(forms.Form):
    """What is right instead of what was registered."""

    at = MomentField()
    agent = forms.ChoiceField(label=gettext_lazy("消毒剂"), choices=Agent.choices)
    strength = strength_field()
    minutes = minutes_field(gettext_lazy("通风分钟"))
    note = note_field()
    reason = forms.CharField(
        label=gettext_lazy("更正的原因"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写明原因。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, row: Record, **kwargs: Any) -> None:
        initial = {
            "at": timezone.localtime(row.at),
            "agent": row.agent,
            "strength": sanitation.plain(row.strength) if row.strength is not None else "",
            "minutes": row.minutes,
            "note": row.note,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        if row.kind == Kind.VENTILATION:
            del self.fields["agent"], self.fields["strength"]
        else:
            del self.fields["minutes"]
            self.fields["strength"].help_text = strengths_words()


class TimesField(forms.CharField):
    """Times of day in one line, parted by anything but digits and colons."""

    def __init__(self, label: Any, help_text: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=80,
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "10:00 15:30"}),
        )

    def clean(self, value: Any) -> tuple[time, ...]:
        """Return the times in order. ValidationError names the one that is none."""
        found = []
        for mark in ("、", "，", ",", "；", ";"):
            value = str(value or "").replace(mark, " ")
        for one in value.replace("：", ":").split():
            try:
                found.append(datetime.strptime(one, "%H:%M").time())  # noqa: DTZ007
            except ValueError:
                raise forms.ValidationError(
                    _("“%(one)s”不是时刻，请写成 08:30 的样子。") % {"one": one[:12]}
                ) from None
        return tuple(sorted(set(found)))

    def prepare_value(self, value: Any) -> Any:
        """Return the times as they are typed."""
        return " ".join(f"{one:%H:%M}" for one in value) if isinstance(value, list | tuple) else value


class AreaForm(forms.Form):
    """An area and its plan."""

    name = forms.CharField(
        label=gettext_lazy("区域名称"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填写区域名称。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=AreaKind.choices)
    site = forms.ModelChoiceField(
        label=gettext_lazy("所在场所"), required=False, queryset=Site.objects.none(), empty_label="—"
    )
    is_key = forms.BooleanField(label=gettext_lazy("重点区域，每轮都消杀"), required=False)
    by_shift = forms.BooleanField(label=gettext_lazy("上班前和下班后消杀"), required=False)
    airs = forms.BooleanField(label=gettext_lazy("需要通风"), required=False)
    own_times = TimesField(
        gettext_lazy("另加的消杀时刻"), gettext_lazy("措施要求以外，本企业自己增加的，例如 10:00 15:30。")
    )
    air_times = TimesField(gettext_lazy("计划通风时刻"), gettext_lazy("不填时按措施规定的时刻。"))
    air_minutes = minutes_field(gettext_lazy("计划通风分钟"))
    agent = forms.ChoiceField(label=gettext_lazy("常用消毒剂"), choices=Agent.choices)
    strength = strength_field()

    def __init__(self, *args: Any, unit: Unit, area: Area | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"by_shift": True, "airs": True, "agent": Agent.CHLORINE}
        if area is not None:
            names = ("name", "kind", "site", "is_key", "by_shift", "airs", "own_times", "air_times", "agent")
            initial = {name: getattr(area, name) for name in (*names, "air_minutes")}
            if area.strength is not None:
                initial["strength"] = sanitation.plain(area.strength)
        super().__init__(*args, **{**kwargs, "initial": initial})
        sites = self.fields["site"]
        assert isinstance(sites, forms.ModelChoiceField)
        sites.queryset = Site.objects.filter(enterprise=unit, active=True).order_by("kind", "code")
        self.fields["strength"].help_text = strengths_words()

    def data_of(self) -> sanitation.AreaData:
        """Return what was filled in."""
        data = dict(self.cleaned_data)
        return sanitation.AreaData(**{**data, "kind": AreaKind(data["kind"]), "agent": Agent(data["agent"])})


class RowForm(forms.Form):
    """One area of the table; without a time it was not done."""

    at = forms.TimeField(
        label=gettext_lazy("完成时刻"),
        required=False,
        error_messages={"invalid": gettext_lazy("时刻不对，例如 08:30。")},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    agent = forms.ChoiceField(label=gettext_lazy("消毒剂"), required=False, choices=Agent.choices)
    strength = strength_field()
    minutes = minutes_field(gettext_lazy("通风分钟"))
    note = note_field()

    def __init__(
        self, *args: Any, area: Area, kind: Kind, least: int, day: Any, now: datetime, **kwargs: Any
    ) -> None:
        initial = {
            "agent": area.agent,
            "strength": sanitation.plain(area.strength) if area.strength is not None else "",
            "minutes": area.air_minutes or least,
        }
        super().__init__(*args, **{**kwargs, "prefix": f"a{area.pk}", "initial": initial})
        self.area, self.kind, self.day, self.now = area, kind, day, now
        if kind == Kind.VENTILATION:
            del self.fields["agent"], self.fields["strength"]
        else:
            del self.fields["minutes"]
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{area.name} {field.label}"
            if name == "at":
                field.widget.attrs["data-row-time"] = ""

    def clean(self) -> dict[str, Any]:
        """Check the row as the action does, so that each error stands in its own cell."""
        data = super().clean() or {}
        clock = data.get("at")
        if clock is None or self.errors:
            return data
        moment = business_clock().at(self.day, clock)
        for place, check in (
            ("at", lambda: sanitation.read_moment(moment, self.now)),
            (
                "strength",
                lambda: (
                    "strength" in self.fields
                    and sanitation.read_strength(data.get("agent", ""), data.get("strength"))
                ),
            ),
            (
                "minutes",
                lambda: (
                    "minutes" in self.fields and sanitation.read_minutes(data.get("minutes"), required=True)
                ),
            ),
        ):
            try:
                check()
            except Invalid as error:
                self.add_error(place if place in self.fields else None, f"{error.message}{error.hint}")
        data["moment"] = moment
        return data

    def line_of(self) -> sanitation.Line | None:
        """Return what was filled in, None for an area that was not done."""
        data = self.cleaned_data
        if data.get("at") is None:
            return None
        return sanitation.Line(
            self.area.pk,
            data["moment"],
            data.get("agent", ""),
            data.get("strength"),
            data.get("minutes"),
            data.get("note", ""),
        )


class BookForm(forms.Form):
    """What the book is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("区域名称或说明")}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("事项"), required=False, choices=[("", gettext_lazy("全部")), *Kind.choices]
    )
    first = forms.DateField(
        label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

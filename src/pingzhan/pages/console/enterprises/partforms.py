"""Forms of one row of the tables of sites, shifts and teams; the fields stand in the order of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Shift, Site, Unit

if TYPE_CHECKING:
    _SiteChoice = forms.ModelChoiceField[Site]
    _ShiftChoice = forms.ModelChoiceField[Shift]
else:
    _SiteChoice = forms.ModelChoiceField
    _ShiftChoice = forms.ModelChoiceField


class RowForm(forms.Form):
    """A form inside a table row: each control is named by its column and tied to the row's form element.

    Several rows may be open at once, so every id carries the row's own key.
    """

    def __init__(self, data: Any = None, *, enterprise: Unit, row: Any = None) -> None:
        key = row.pk if row is not None else "new"
        super().__init__(data, auto_id=f"id_{type(self).__name__.lower()}_{key}_%s")
        self.enterprise = enterprise
        self.row = row
        self.form_id = f"{type(self).__name__.lower()}-{key}"
        for number, field in enumerate(self.fields.values()):
            field.widget.attrs["aria-label"] = str(field.label)
            field.widget.attrs["form"] = self.form_id
            if not number:
                field.widget.attrs["autofocus"] = True

    def choices(self, name: str, rows: Any) -> None:
        """Offer these rows in a choice field."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


class SiteForm(RowForm):
    """A site. The kind of an existing one is not changed."""

    code = forms.CharField(label=gettext_lazy("编号"), max_length=20)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=SiteKind.choices)
    parent = _SiteChoice(
        label=gettext_lazy("所在楼栋"), queryset=Site.objects.none(), required=False, empty_label="—"
    )
    capacity = forms.IntegerField(label=gettext_lazy("容量"), min_value=0, max_value=100_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dormitories = territory.sites_of(self.enterprise, kinds=[SiteKind.DORMITORY], active=True)
        self.choices("parent", dormitories)
        if self.row is not None:
            self.fields["kind"].disabled = True
            self.initial = {
                "code": self.row.code,
                "name": self.row.name,
                "kind": self.row.kind,
                "parent": self.row.parent_id,
                "capacity": self.row.capacity,
            }

    def clean(self) -> dict[str, Any]:
        """Ask for the dormitory of a room beside the field."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == SiteKind.ROOM and data.get("parent") is None:
            self.add_error("parent", _("宿舍房间必须属于一栋宿舍。"))
        return data


class ShiftForm(RowForm):
    """A shift, half-open; an end before the start lies on the next day."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    start = forms.TimeField(
        label=gettext_lazy("上班"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label=gettext_lazy("下班"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    headcount = forms.IntegerField(
        label=gettext_lazy("申报人数"), min_value=0, max_value=200_000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.initial = {name: getattr(self.row, name) for name in ("name", "start", "end", "headcount")}

    def clean_headcount(self) -> int:
        """Return the number, 0 when the field stayed empty."""
        return int(self.cleaned_data.get("headcount") or 0)


class TeamForm(RowForm):
    """A team with its workshop and shift."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    workshop = _SiteChoice(
        label=gettext_lazy("车间"), queryset=Site.objects.none(), required=False, empty_label="—"
    )
    shift = _ShiftChoice(
        label=gettext_lazy("班次"), queryset=Shift.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = territory.sites_of(self.enterprise, active=True).exclude(kind=SiteKind.ROOM)
        self.choices("workshop", places)
        self.choices("shift", territory.shifts_of(self.enterprise, active=True))
        if self.row is not None:
            self.initial = {
                "name": self.row.name,
                "workshop": self.row.workshop_id,
                "shift": self.row.shift_id,
            }


class RoomsForm(forms.Form):
    """Many rooms of a dormitory at once: floors times rooms, or a list of codes."""

    floors = forms.IntegerField(label=gettext_lazy("楼层数"), min_value=1, max_value=40, initial=1)
    per_floor = forms.IntegerField(label=gettext_lazy("每层房间数"), min_value=1, max_value=60, initial=10)
    capacity = forms.IntegerField(
        label=gettext_lazy("每间床位数"),
        min_value=1,
        max_value=60,
        initial=6,
        help_text=gettext_lazy("集体宿舍每间不超过 6 人（国发明电〔2020〕4号）。"),
    )
    lead = forms.CharField(
        label=gettext_lazy("编号前缀"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("如填 A，则编号为 A101、A102……"),
    )

    def codes(self) -> list[str]:
        """Return the codes of the rooms, floor by floor."""
        data = self.cleaned_data
        return [
            f"{data['lead']}{floor}{room:02d}"
            for floor in range(1, data["floors"] + 1)
            for room in range(1, data["per_floor"] + 1)
        ]

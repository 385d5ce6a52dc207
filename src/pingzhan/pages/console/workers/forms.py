"""Forms of 职工. Numbers, phones and addresses are never filled in from what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, KeyGroup, LeaveReason, MergeReason
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.kernel.errors import Invalid

if TYPE_CHECKING:
    _TeamField = forms.ModelChoiceField[Team]
    _SiteField = forms.ModelChoiceField[Site]
else:
    _TeamField = _SiteField = forms.ModelChoiceField

ALL = gettext_lazy("全部")
STATUSES = (("on", gettext_lazy("在职")), ("left", gettext_lazy("已离职")), ("all", ALL))


class SiteField(_SiteField):
    """A room with its dormitory, or a canteen."""

    def label_from_instance(self, obj: Site) -> str:
        """Return what the list shows."""
        return f"{obj.parent.name} {obj.name}" if obj.parent is not None else obj.name


class FilterForm(forms.Form):
    """What the roster is narrowed to; every field may stay empty. Teams are those of the chosen enterprise.

    ``firms`` are the codes and names to choose from.
    """

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("姓名、拼音、号码末四位或工号"), "type": "search"}
        ),
    )
    unit = forms.ChoiceField(label=gettext_lazy("企业"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("班组"), required=False)
    group = forms.ChoiceField(
        label=gettext_lazy("重点人群"), required=False, choices=[("", ALL), *KeyGroup.choices]
    )
    status = forms.ChoiceField(label=gettext_lazy("状态"), required=False, choices=STATUSES, initial="on")

    def __init__(
        self, *args: Any, firms: Sequence[tuple[str, str]], chosen: Unit | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        units = self.fields["unit"]
        teams = self.fields["team"]
        assert isinstance(units, forms.ChoiceField)
        assert isinstance(teams, forms.ChoiceField)
        units.choices = [("", ALL), *firms]
        if len(firms) == 1:
            del self.fields["unit"]
        if chosen is None:
            del self.fields["team"]
        else:
            found = Team.objects.filter(enterprise=chosen, active=True).order_by("name", "pk")
            teams.choices = [("", ALL), *found.values_list("pk", "name")]

    def wanted(self) -> people.RosterFilter:
        """Return the filter; a field with a wrong value does not narrow the list."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        team = str(data.get("team") or "")
        return people.RosterFilter(
            words=data.get("q", ""),
            enterprise_id=self.chosen.pk if self.chosen is not None else None,
            team_id=int(team) if team.isdecimal() else None,
            group=data.get("group", ""),
            status=data.get("status") or "on",
        )


class TermsForm(forms.Form):
    """What an employment says."""

    employee_no = forms.CharField(label=gettext_lazy("工号"), required=False, max_length=30)
    job = forms.CharField(label=gettext_lazy("岗位"), required=False, max_length=50)
    kind = forms.ChoiceField(
        label=gettext_lazy("用工形式"), choices=EmploymentKind.choices, initial=EmploymentKind.OWN
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("重点人群"),
        required=False,
        choices=KeyGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("不属于重点人群的不选。"),
    )

    def terms(self) -> people.Terms:
        """Return the terms."""
        data = self.cleaned_data
        return people.Terms(data["employee_no"], data["job"], data["kind"], tuple(data["groups"]))


class PlaceForm(forms.Form):
    """Where somebody works, lives and eats, among the places of one enterprise."""

    team = _TeamField(label=gettext_lazy("班组"), queryset=Team.objects.none(), required=False)
    room = SiteField(label=gettext_lazy("宿舍"), queryset=Site.objects.none(), required=False)
    canteen = SiteField(label=gettext_lazy("食堂"), queryset=Site.objects.none(), required=False)
    sitting = forms.IntegerField(
        label=gettext_lazy("就餐批次"), required=False, min_value=1, max_value=20,
        help_text=gettext_lazy("第几批就餐，从 1 开始。"),
    )  # fmt: skip

    def __init__(self, *args: Any, enterprise: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.filter(enterprise=enterprise, active=True).select_related("parent")
        choices = {
            "team": Team.objects.filter(enterprise=enterprise, active=True).order_by("name", "pk"),
            "room": sites.filter(kind=SiteKind.ROOM).order_by("parent__code", "code"),
            "canteen": sites.filter(kind=SiteKind.CANTEEN).order_by("code"),
        }
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset
            field.empty_label = _("未安排")

    def place(self) -> people.Place:
        """Return the place."""
        data = self.cleaned_data
        return people.Place(data["team"], data["room"], data["canteen"], data["sitting"])


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


class HireForm(PlaceForm, TermsForm):
    """A new worker: person, terms, place, first day."""

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    doc_kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=DocumentKind.choices, initial=DocumentKind.ID_CARD
    )
    number = forms.CharField(
        label=gettext_lazy("证件号码"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=gettext_lazy("手机"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    address = forms.CharField(
        label=gettext_lazy("住址"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    joined = _day(gettext_lazy("入职日期"), initial=timezone.localdate)
    field_order = (
        *("name", "doc_kind", "number", "phone", "address", "joined", "employee_no", "job", "kind"),
        *("team", "room", "canteen", "sitting", "groups"),
    )

    def person(self) -> people.Personal:
        """Return the checked person. Raises Invalid naming the field."""
        data = self.cleaned_data
        try:
            return people.Personal(
                people.read_name(data["name"]),
                people.read_document(data["doc_kind"], data["number"]),
                people.read_phone(data["phone"]),
                people.read_address(data["address"]),
            )
        except Invalid as error:
            raise _placed(error) from error


def _placed(error: Invalid) -> Invalid:
    """Return the error with the field it is about, which the value types do not know."""
    place = {"idnumber": "number", "phone": "phone"}.get(error.code.split("_")[0], error.place)
    return Invalid(error.message, code=error.code, hint=error.hint, place=place)


class PersonForm(forms.Form):
    """Corrections of a person; what stays empty stays as it is."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    doc_kind = forms.ChoiceField(label=gettext_lazy("证件类型"), choices=DocumentKind.choices)
    number = forms.CharField(
        label=gettext_lazy("新的证件号码"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("原号码登记有误时填写，不填则不变。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("新的手机"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("不填则不变。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    no_phone = forms.BooleanField(label=gettext_lazy("删除登记的手机"), required=False)
    address = forms.CharField(
        label=gettext_lazy("新的住址"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("不填则不变。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    no_address = forms.BooleanField(label=gettext_lazy("删除登记的住址"), required=False)

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the action. Raises Invalid naming the field."""
        data = self.cleaned_data
        try:
            return {
                "name": people.read_name(data["name"]),
                "document": people.read_document(data["doc_kind"], data["number"])
                if data["number"]
                else None,
                "phone": "" if data["no_phone"] else people.read_phone(data["phone"]),
                "address": "" if data["no_address"] else people.read_address(data["address"]),
            }
        except Invalid as error:
            raise _placed(error) from error


class LeaveForm(forms.Form):
    """The end of an employment."""

    on = _day(
        gettext_lazy("离职日期"),
        initial=timezone.localdate,
        help_text=gettext_lazy("自这一天起不再上班，最晚填今天。"),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("离职原因"), choices=LeaveReason.choices, initial=LeaveReason.RESIGNED
    )


class BackForm(PlaceForm, TermsForm):
    """Somebody comes back."""

    joined = _day(gettext_lazy("入职日期"), initial=timezone.localdate)
    field_order = ("joined", "employee_no", "job", "kind", "team", "room", "canteen", "sitting", "groups")


class BulkForm(forms.Form):
    """What is done with the chosen workers of one enterprise."""

    act = forms.ChoiceField(
        label=gettext_lazy("办理"),
        choices=(("move", gettext_lazy("调到班组")), ("leave", gettext_lazy("登记离职"))),
    )
    team = _TeamField(label=gettext_lazy("班组"), queryset=Team.objects.none(), required=False)
    on = _day(gettext_lazy("离职日期"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("离职原因"),
        choices=LeaveReason.choices,
        initial=LeaveReason.RESIGNED,
        required=False,
    )

    def __init__(self, *args: Any, enterprise: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Team.objects.filter(enterprise=enterprise, active=True).order_by("name", "pk")
        field.empty_label = _("选择班组")

    def clean(self) -> dict[str, Any]:
        """Refuse an act without what it needs."""
        data = super().clean() or {}
        if data.get("act") == "move" and not data.get("team"):
            self.add_error("team", _("请选择班组。"))
        if data.get("act") == "leave":
            data["on"] = data.get("on") or timezone.localdate()
            data["reason"] = data.get("reason") or LeaveReason.OTHER
        return data


class MergeForm(forms.Form):
    """Which of two records lives on, and why they are one person."""

    keep = forms.ChoiceField(label=gettext_lazy("保留哪一份"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=gettext_lazy("合并原因"), choices=MergeReason.choices)

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["keep"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.initial = choices[0][0]

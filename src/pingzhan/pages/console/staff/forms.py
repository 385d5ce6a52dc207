"""Forms of 账号与角色."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actions import may_hand_out
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.devices import LONGEST_DAYS
from pingzhan.foundation.access.models import DeviceKind
from pingzhan.foundation.access.roles import ROLES, Permission, Role

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Person]
    _Choices = forms.ModelMultipleChoiceField[Person]
    _GateChoice = forms.ModelChoiceField[Site]
else:
    _Choice = forms.ModelChoiceField
    _Choices = forms.ModelMultipleChoiceField
    _GateChoice = forms.ModelChoiceField

MAX_UNITS = 1000
"""Units offered as the scope of a role; a zone has fewer (design.md section 1)."""


def unit_choices(paths: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """Return (path, indented name) of the units inside ``paths``, of all for None."""
    units = Unit.objects.order_by("path")
    if paths is not None:
        units = units.filter(within("path", paths))
    return [
        (path, "\u3000" * max(0, path.count("/") - 2) + name)
        for path, name in units.values_list("path", "name")[:MAX_UNITS]
    ]


class AccountForm(forms.Form):
    """A new account: no password, its owner sets one by a link."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=60,
        help_text=_("登录时用，字母、数字或汉字。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class GrantForm(forms.Form):
    """A role and the unit it holds for; only roles that the actor may hand out are offered."""

    role = forms.ChoiceField(label=_("角色"))
    unit_path = forms.ChoiceField(label=_("范围"), help_text=_("含所选单位以下的全部单位。"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, ROLES[role].label) for role in Role if may_hand_out(actor, role)]
        units = unit_choices(None)
        self.fields["role"] = forms.ChoiceField(label=_("角色"), choices=roles)
        self.fields["unit_path"] = forms.ChoiceField(
            label=_("范围"), choices=[("/", _("全部")), *units], help_text=_("含所选单位以下的全部单位。")
        )


class PersonField(_Choice):
    """A person with his title and unit, since names are not unique."""

    def label_from_instance(self, obj: Person) -> str:
        """Return what the list shows."""
        return " · ".join(part for part in (obj.name, obj.title, obj.home_unit.name) if part)


class TieForm(forms.Form):
    """The person whom the account belongs to, among those without another account."""

    person = PersonField(
        label=_("对应人员"), queryset=Person.objects.none(), required=False, empty_label=_("不对应任何人员")
    )

    def __init__(self, *args: Any, actor: Actor, user_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        paths = actor.paths(Permission.EDIT_STRUCTURE)
        free = Person.objects.filter(within("home_unit__path", paths), provisional=False)
        found = free.filter(account=None) | free.filter(account_id=user_id)
        field.queryset = found.select_related("home_unit").order_by("sort_key", "pk")


class PeopleField(_Choices):
    """People with title and unit, since names are not unique."""

    def label_from_instance(self, obj: Person) -> str:
        """Return what the list shows."""
        return " · ".join(part for part in (obj.home_unit.name, obj.name, obj.title) if part)


class InviteForm(forms.Form):
    """The people to invite."""

    people = PeopleField(
        label=_("人员"),
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一名人员。")},
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        # A sliced list cannot be filtered again by the field; the numbers can.
        chosen = Person.objects.filter(pk__in=[one.pk for one in people]).select_related("home_unit")
        field.queryset = chosen.order_by("home_unit__path", "sort_key", "pk")


class GateField(_GateChoice):
    """A gate with its enterprise, since every enterprise has an east gate."""

    def label_from_instance(self, obj: Site) -> str:
        """Return what the list shows."""
        return f"{obj.enterprise.name} · {obj.name}"


class DeviceForm(forms.Form):
    """A new device: what it is called, what it is for, where it belongs, for how long; a gate's is of one gate."""

    name = forms.CharField(label=_("设备名称"), max_length=60, help_text=_("写在手机背面的编号，便于清点。"))
    kind = forms.ChoiceField(label=_("用途"), choices=DeviceKind.choices)
    unit_path = forms.ChoiceField(label=_("单位"))
    gate = GateField(
        label=_("门岗"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("不限门岗"),
        help_text=_("门岗设备可以只用于一个门岗；采样手机分给采样队，在核酸检测的手机页办理。"),
    )
    days = forms.IntegerField(
        label=_("有效天数"), min_value=1, max_value=LONGEST_DAYS, initial=7, help_text=_("到期自动停用。")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gates = self.fields["gate"]
        assert isinstance(gates, forms.ModelChoiceField)
        gates.queryset = (
            Site.objects.filter(
                within("enterprise__path", actor.paths(Permission.MANAGE_DEVICES)),
                kind=SiteKind.GATE,
                active=True,
            )
            .select_related("enterprise")
            .order_by("enterprise__path", "code")
        )
        field = self.fields["unit_path"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_choices(actor.paths(Permission.MANAGE_DEVICES))

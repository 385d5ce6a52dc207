"""Forms of 账号与角色."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actions import may_hand_out
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import ROLES, Permission, Role

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Person]
else:
    _Choice = forms.ModelChoiceField

MAX_UNITS = 1000
"""Units offered as the scope of a role; a zone has fewer (design.md section 1)."""


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
        units = [
            (path, "\u3000" * max(0, path.count("/") - 2) + name)
            for path, name in Unit.objects.order_by("path").values_list("path", "name")[:MAX_UNITS]
        ]
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

"""Forms of the structure pages; what is allowed is decided by the actions, not here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import (
    PERSON_QUERIES,
    AbsenceKind,
    Channel,
    GroupKind,
    PersonKind,
    PostPosture,
    PostRole,
)
from pingzhan.domain.organisation.models import Person, Post, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level

if TYPE_CHECKING:
    _One = forms.ModelChoiceField[Person]
    _Several = forms.ModelMultipleChoiceField[Person]
else:
    _One, _Several = forms.ModelChoiceField, forms.ModelMultipleChoiceField

#: Uploads above this are no notice.
MAX_UPLOAD = 20 * 1024 * 1024


class PersonChoice(_One):
    """A person by name, title and home unit, so that namesakes can be told apart."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name with the title in brackets."""
        return f"{obj.name}（{obj.title}）" if obj.title else str(obj.name)


class PersonChoices(_Several):
    """Several persons by name and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name with the title in brackets."""
        return f"{obj.name}（{obj.title}）" if obj.title else str(obj.name)


class ImportForm(forms.Form):
    """A notice to read in."""

    file = forms.FileField(
        label=gettext_lazy("通知文件"),
        help_text=gettext_lazy("支持 .docx、带文字的 .pdf 和 .txt。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.docx,.pdf"}),
    )
    basis_doc = forms.CharField(
        label=gettext_lazy("依据文号"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("没有文号可不填。"),
    )

    def clean_file(self) -> Any:
        """Refuse what is far too large to be a notice before anything reads it."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_UPLOAD:
            raise forms.ValidationError(_("文件超过 20 MB，请只上传通知正文及附件。"))
        return upload


class DraftForm(forms.Form):
    """Title and basis of a draft."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=120)
    basis_doc = forms.CharField(label=gettext_lazy("依据文号"), required=False, max_length=120)


class GroupForm(forms.Form):
    """A new group."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=GroupKind.choices, initial=GroupKind.WORK)


class NameForm(forms.Form):
    """A new name."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class ClauseForm(forms.Form):
    """The words of a duty clause."""

    text = forms.CharField(
        label=gettext_lazy("职责"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PersonForm(forms.Form):
    """A new person of the register."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    title = forms.CharField(label=gettext_lazy("职务"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=PersonKind.choices, initial=PersonKind.OFFICIAL
    )


class PostForm(forms.Form):
    """Everything of a post but its code and group."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=PostRole.choices, initial=PostRole.MEMBER)
    unit = forms.ModelChoiceField(label=gettext_lazy("所属单位"), queryset=Unit.objects.none())
    posture = forms.ChoiceField(
        label=gettext_lazy("启用状态"), choices=PostPosture.choices, initial=PostPosture.BOTH
    )
    level_at_least = forms.TypedChoiceField(
        label=gettext_lazy("启用等级"),
        coerce=int,
        initial=4,
        help_text=gettext_lazy("战时响应达到该等级或更高时启用；Ⅳ级即各级都启用。"),
    )
    min_seats = forms.IntegerField(label=gettext_lazy("最少席位"), min_value=0, max_value=999, initial=1)
    max_seats = forms.IntegerField(label=gettext_lazy("最多席位"), min_value=1, max_value=999, initial=1)
    critical = forms.BooleanField(label=gettext_lazy("关键岗位"), required=False)
    reports_to_code = forms.ChoiceField(label=gettext_lazy("上级岗位"), required=False)
    segregated_from = forms.MultipleChoiceField(
        label=gettext_lazy("互斥岗位"),
        required=False,
        help_text=gettext_lazy("同一人不能同时在互斥的岗位上。"),
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )

    def __init__(
        self, *args: Any, version: StructureVersion, post: Post | None = None, **kwargs: Any
    ) -> None:
        if post is not None:
            kwargs["initial"] = {
                name: getattr(post, name)
                for name in (
                    "name",
                    "role",
                    "unit",
                    "posture",
                    "level_at_least",
                    "min_seats",
                    "max_seats",
                    "critical",
                    "reports_to_code",
                    "segregated_from",
                )
            }
        else:
            kwargs["initial"] = {"unit": version.zone_id, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)
        units.queryset = territory.subtree(version.zone)
        levels = self.fields["level_at_least"]
        assert isinstance(levels, forms.ChoiceField)
        levels.choices = [(level.value, _("%(level)s级") % {"level": level.sign}) for level in Level]
        others = [
            (code, name)
            for code, name in Post.objects.filter(version=version)
            .exclude(pk=post.pk if post else 0)
            .exclude(group__code="enterprise")
            .order_by("sort", "id")
            .values_list("code", "name")
        ]
        above, apart = self.fields["reports_to_code"], self.fields["segregated_from"]
        assert isinstance(above, forms.ChoiceField)
        assert isinstance(apart, forms.MultipleChoiceField)
        kept = [post.reports_to_code] if post and post.reports_to_code not in ("", *dict(others)) else []
        above.choices = [("", _("无")), *others, *((code, code) for code in kept)]
        apart.choices = [
            *others,
            *((code, code) for code in (post.segregated_from if post else []) if code not in dict(others)),
        ]

    def plan(self) -> api.PostPlan:
        """Return the valid form as the plan that the action takes."""
        data = self.cleaned_data
        return api.PostPlan(
            name=data["name"],
            role=PostRole(data["role"]),
            posture=PostPosture(data["posture"]),
            level_at_least=data["level_at_least"],
            min_seats=data["min_seats"],
            max_seats=data["max_seats"],
            critical=data["critical"],
            reports_to_code=data["reports_to_code"],
            segregated_from=tuple(data["segregated_from"]),
            unit=data["unit"],
        )


class HolderForm(forms.Form):
    """Somebody, or a rule, for a post: on a new seat or as substitute for one in use."""

    person = PersonChoice(label=gettext_lazy("人员"), queryset=Person.objects.none(), required=False)
    person_query = forms.ChoiceField(label=gettext_lazy("人员规则"), required=False)
    seat = forms.ChoiceField(label=gettext_lazy("席位"))

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["person"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = api.assignable_persons(post.version)
        people.empty_label = _("请选择")
        rules, seats = self.fields["person_query"], self.fields["seat"]
        assert isinstance(rules, forms.ChoiceField)
        assert isinstance(seats, forms.ChoiceField)
        rules.choices = [
            ("", _("不用规则")),
            *((query, api.query_label(query)) for query in sorted(PERSON_QUERIES)),
        ]
        used = sorted(set(post.holdings.values_list("seat_no", flat=True)))
        seats.choices = [
            ("", _("新席位")),
            *((str(n), _("第 %(n)d 席的替补") % {"n": n}) for n in used),
        ]
        seats.required = False


class SubstituteForm(forms.Form):
    """One substitute for a seat."""

    person = PersonChoice(label=gettext_lazy("替补人员"), queryset=Person.objects.none())

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people
        field.empty_label = _("请选择")


class ClassForm(forms.Form):
    """Who is meant by a class of persons."""

    queries = forms.MultipleChoiceField(
        label=gettext_lazy("按规则"), required=False, widget=forms.CheckboxSelectMultiple
    )
    persons = PersonChoices(
        label=gettext_lazy("或逐人指定"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules, persons = self.fields["queries"], self.fields["persons"]
        assert isinstance(rules, forms.MultipleChoiceField)
        assert isinstance(persons, forms.ModelMultipleChoiceField)
        rules.choices = [(query, api.query_label(query)) for query in sorted(PERSON_QUERIES)]
        persons.queryset = people


class PersonDetailForm(forms.Form):
    """What may be corrected of a person."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    title = forms.CharField(label=gettext_lazy("职务"), required=False, max_length=80)
    active = forms.BooleanField(label=gettext_lazy("在职"), required=False)


class ContactForm(forms.Form):
    """A way to reach a person."""

    channel = forms.ChoiceField(label=gettext_lazy("方式"), choices=Channel.choices)
    address = forms.CharField(label=gettext_lazy("号码或地址"), max_length=120)


class AbsenceForm(forms.Form):
    """From when to when a person is away, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("事由"), choices=AbsenceKind.choices)
    t0 = forms.DateTimeField(
        label=gettext_lazy("开始"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    t1 = forms.DateTimeField(
        label=gettext_lazy("结束"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    basis = forms.CharField(label=gettext_lazy("依据"), required=False, max_length=120)
    override = forms.CharField(
        label=gettext_lazy("批准理由"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("只在 AB 岗同时离岗、由领导小组批准时填写。"),
    )


class ResponsibleForm(forms.Form):
    """Who answers for an enterprise, and at which place in the line."""

    unit = forms.ModelChoiceField(label=gettext_lazy("企业"), queryset=Unit.objects.none())
    person = PersonChoice(label=gettext_lazy("责任人"), queryset=Person.objects.none())
    rank = forms.TypedChoiceField(
        label=gettext_lazy("次序"),
        coerce=int,
        choices=[(0, gettext_lazy("责任人")), (1, gettext_lazy("第一替补")), (2, gettext_lazy("第二替补"))],
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, person = self.fields["unit"], self.fields["person"]
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(person, forms.ModelChoiceField)
        unit.queryset, unit.empty_label = units, _("请选择")
        person.queryset, person.empty_label = people, _("请选择")


class WaiveForm(forms.Form):
    """Why a finding is waived."""

    reason = forms.CharField(label=gettext_lazy("豁免理由"), max_length=200)

"""Forms of 食堂: a meal, the move of a team, the day's check."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import KitchenResult, KitchenTask, MealKind
from pingzhan.domain.sanitation.models import CanteenMeal, KitchenCheck
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.photos.forms import PhotosField

MOST = 100_000
PACKED = "packed"


def number(
    label: Any, missing: Any, *, required: bool = True, initial: int | None = None
) -> forms.IntegerField:
    """Return a field for a count; ``missing`` says in a sentence what to fill in."""
    wrong = gettext_lazy("请填写 0 到 100000 之间的整数。")
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=MOST,
        initial=initial,
        error_messages={"required": missing, "invalid": wrong, "min_value": wrong, "max_value": wrong},
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def clock(label: Any) -> forms.TimeField:
    """Return a field for a time of day."""
    return forms.TimeField(
        label=label,
        error_messages={
            "required": gettext_lazy("请填写时间。"),
            "invalid": gettext_lazy("时间应写成时和分，例如 11:30。"),
        },
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )


class MealForm(forms.Form):
    """A meal of a canteen."""

    site = forms.ChoiceField(label=gettext_lazy("食堂"))
    kind = forms.ChoiceField(label=gettext_lazy("餐次"), choices=MealKind.choices, initial=MealKind.LUNCH)
    seats = number(gettext_lazy("座位数"), gettext_lazy("请填写座位数。"))
    opens = clock(gettext_lazy("开餐时间"))
    closes = clock(gettext_lazy("收餐时间"))
    minutes = number(gettext_lazy("每场就餐分钟"), gettext_lazy("请填写每场就餐分钟。"), initial=20)
    gap = number(gettext_lazy("场间清洁分钟"), gettext_lazy("请填写场间清洁分钟，没有的填 0。"), initial=10)

    def __init__(self, *args: Any, sites: list[Site], meal: CanteenMeal | None = None, **kwargs: Any) -> None:
        if meal is not None:
            kwargs["initial"] = {
                "site": meal.site_id, "kind": meal.kind, "seats": meal.seats, "opens": meal.opens,
                "closes": meal.closes, "minutes": meal.minutes, "gap": meal.gap,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        choice = self.fields["site"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(site.pk, f"{site.name}（{site.code}）") for site in sites]
        if meal is None and len(sites) == 1 and sites[0].capacity:
            self.fields["seats"].initial = sites[0].capacity

    def data_of(self) -> tuple[int, sanitation.MealData]:
        """Return the canteen and what was set."""
        given = dict(self.cleaned_data)
        site = int(given.pop("site"))
        return site, sanitation.MealData(**{**given, "kind": MealKind(given["kind"])})


class MoveForm(forms.Form):
    """Where a team is moved to: a number from 1, or packed meals."""

    sitting = forms.CharField(max_length=6)

    def clean_sitting(self) -> int | None:
        """Return the sitting from 0, None for packed meals."""
        text: str = self.cleaned_data["sitting"]
        if text == PACKED:
            return None
        if not text.isdecimal() or int(text) < 1:
            raise forms.ValidationError(_("请选择场次或打包。"))
        return int(text) - 1


class CheckForm(forms.Form):
    """The day's check: counts, and only the steps that were not in order."""

    site = forms.ChoiceField(label=gettext_lazy("食堂"))
    day = forms.DateField(
        label=gettext_lazy("检查日期"),
        error_messages={
            "required": gettext_lazy("请填写检查日期。"),
            "invalid": gettext_lazy("日期应写成年、月、日，例如 2026-03-01。"),
        },
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    staff = number(gettext_lazy("到岗从业人员"), gettext_lazy("请填写到岗从业人员的人数。"))
    feverish = number(gettext_lazy("其中发热"), "", required=False, initial=0)
    ill = number(gettext_lazy("其中有症状（不发热）"), "", required=False, initial=0)
    removed = number(gettext_lazy("已离岗"), "", required=False, initial=0)
    samples = number(gettext_lazy("留样菜品数"), "", required=False)
    reason = forms.CharField(
        label=gettext_lazy("更正理由"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明更正的理由。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photos = PhotosField()

    def __init__(
        self,
        *args: Any,
        sites: list[Site],
        tasks: tuple[KitchenTask, ...],
        fever: float,
        today: date,
        old: KitchenCheck | None = None,
        **kwargs: Any,
    ) -> None:
        self.old, self.tasks = old, tasks
        found = {step.task: step for step in old.steps.all()} if old is not None else {}
        initial: dict[str, Any] = {"day": today}
        if old is not None:
            for key in ("day", "staff", "feverish", "ill", "removed", "samples"):
                initial[key] = getattr(old, key)
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        choice = self.fields["site"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(site.pk, f"{site.name}（{site.code}）") for site in sites]
        self.fields["feverish"].label = _("其中发热（%(line)s ℃ 及以上）") % {"line": f"{fever:.1f}"}
        for task in tasks:
            step = found.get(task.value)
            self.fields[f"result_{task.value}"] = forms.ChoiceField(
                label=task.label,
                choices=KitchenResult.choices,
                widget=forms.RadioSelect,
                initial=step.result if step is not None else KitchenResult.OK,
            )
            self.fields[f"note_{task.value}"] = forms.CharField(
                label=_("%(task)s：情况说明") % {"task": task.label},
                required=False,
                max_length=200,
                initial=step.note if step is not None else "",
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "placeholder": _("有问题时写明情况和处理")}
                ),
            )
        if old is not None:
            del self.fields["site"], self.fields["day"]
        else:
            del self.fields["reason"]

    @property
    def heads(self) -> list[forms.BoundField]:
        """Return the fields above the steps."""
        return [
            self[name]
            for name in ("site", "day", "staff", "feverish", "ill", "removed", "samples")
            if name in self.fields
        ]

    @property
    def steps(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the result and the note of each step."""
        return [(self[f"result_{task.value}"], self[f"note_{task.value}"]) for task in self.tasks]

    @property
    def tails(self) -> list[forms.BoundField]:
        """Return the fields below the steps."""
        return [self[name] for name in ("reason", "photos") if name in self.fields]

    def data_of(self) -> sanitation.CheckData:
        """Return what was found."""
        given = self.cleaned_data
        found = {
            task: (KitchenResult(given[f"result_{task.value}"]), given[f"note_{task.value}"])
            for task in self.tasks
            if given[f"result_{task.value}"] != KitchenResult.OK
        }
        return sanitation.CheckData(
            day=given["day"] if self.old is None else self.old.day,
            staff=given["staff"],
            feverish=given["feverish"] or 0,
            ill=given["ill"] or 0,
            removed=given["removed"] or 0,
            samples=given["samples"] or 0,
            found=found,
            photos=tuple(given["photos"]),
        )

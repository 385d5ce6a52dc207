"""Forms of 防控物资. Each carries a number of its own, so that what is sent twice is written once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.enums import COMING, Light, MoveKind
from pingzhan.domain.supplies.models import MOST, Batch
from pingzhan.foundation import clock
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.pages.company.gate.forms import text

_NUMBER = {
    "required": gettext_lazy("请填写数量。"),
    "invalid": gettext_lazy("数量应为整数。"),
    "min_value": gettext_lazy("数量应大于 0。"),
    "max_value": gettext_lazy("数量过大，请核对。"),
}
_DAY = {"invalid": gettext_lazy("日期不对，例如 2026-05-20。")}


def amount_field(label: Any = "", *, least: int = 1, required: bool = True) -> forms.IntegerField:
    """Return a field for whole units."""
    return forms.IntegerField(
        label=label or gettext_lazy("数量"),
        min_value=least,
        max_value=MOST,
        required=required,
        error_messages=_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        required=required,
        error_messages=_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class KeyedForm(forms.Form):
    """A form with a number of its own."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def shown(self) -> list[forms.BoundField]:
        """Return the fields people fill in."""
        return self.visible_fields()


class MoveForm(KeyedForm):
    """Something comes into the store or goes out of it; what does not belong to the kind is left out."""

    article = forms.ChoiceField(
        label=gettext_lazy("物资"), error_messages={"required": gettext_lazy("请选择物资。")}
    )
    amount = amount_field()
    code = text(gettext_lazy("批号"), required=False, most=40)
    expires = day_field(gettext_lazy("有效期至"))
    batch = forms.TypedChoiceField(label=gettext_lazy("批次"), required=False, coerce=int, empty_value=None)
    party = text(gettext_lazy("对方"), required=False)
    day = day_field(gettext_lazy("日期"))
    note = text(gettext_lazy("说明"), required=False, most=120)
    photos = PhotosField()

    def __init__(
        self, *args: Any, kind: MoveKind, store: supplies.Store, batches: list[Batch], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"day": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind in COMING:
            del self.fields["batch"]
        else:
            del self.fields["code"]
            del self.fields["expires"]
        if kind != MoveKind.DISCARDED:
            self.fields.pop("batch", None)
        else:
            note = self.fields["note"]
            note.label, note.required = gettext_lazy("报废原因"), True
            note.error_messages["required"] = _("请写明报废的原因。")
            self._offer("batch", [("", _("由系统从最早到期的取"))] + [_batch_choice(one) for one in batches])
        if kind == MoveKind.LENT:
            party = self.fields["party"]
            party.label, party.required = gettext_lazy("借给或上交给"), True
            party.error_messages["required"] = _("请填写借给或上交给谁。")
        elif kind == MoveKind.RECEIVED:
            self.fields["party"].label = gettext_lazy("供应单位")
        elif kind == MoveKind.RETURNED:
            self.fields["party"].label = gettext_lazy("归还单位")
        else:
            del self.fields["party"]
        taking = kind not in COMING
        self._offer("article", [("", _("请选择"))] + [_choice(row, taking) for row in store.rows])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def slip(self) -> supplies.Slip:
        """Return what was filled in besides the goods."""
        data = self.cleaned_data
        return supplies.Slip(data["key"], data["day"], data.get("party", ""), data["note"], data["photos"])


def _choice(row: supplies.Stock, taking: bool) -> tuple[str, str]:
    words = {"name": row.article.label, "n": row.usable, "unit": row.article.measure}
    if taking:
        return row.article.key, _("%(name)s（可用 %(n)d %(unit)s）") % words
    return row.article.key, _("%(name)s（%(unit)s）") % words


def _batch_choice(batch: Batch) -> tuple[Any, str]:
    words = {
        "name": batch.kind.label,
        "code": batch.code or _("无批号"),
        "n": batch.amount,
        "unit": batch.kind.measure,
    }
    if batch.expires is None:
        return batch.pk, _("%(name)s %(code)s：%(n)d %(unit)s") % words
    words["day"] = batch.expires.isoformat()
    return batch.pk, _("%(name)s %(code)s：%(n)d %(unit)s，有效期至 %(day)s") % words


class ReverseForm(KeyedForm):
    """Why an entry was wrong."""

    note = text(gettext_lazy("更正原因"), missing=gettext_lazy("请写明更正的原因。"), most=120)


class CountForm(KeyedForm):
    """The count sheet: a field for each batch of the book, and one line for what is not in it."""

    note = text(gettext_lazy("说明"), required=False, most=120)
    article = forms.ChoiceField(label=gettext_lazy("账上没有的物资"), required=False)
    amount = amount_field(gettext_lazy("实存数"), required=False)
    code = text(gettext_lazy("批号"), required=False, most=40)
    expires = day_field(gettext_lazy("有效期至"))
    photos = PhotosField()

    def __init__(self, *args: Any, batches: list[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["article"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((one.key, one.label) for one in supplies.articles().values())]
        self.batches = batches
        for one in batches:
            label = f"{one.kind.label} {one.code}".strip()
            self.fields[f"batch-{one.pk}"] = amount_field(label, least=0)
            self.fields[f"seen-{one.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=one.amount, min_value=0
            )

    def lines(self) -> list[tuple[Batch, forms.BoundField, forms.BoundField]]:
        """Return each batch with its field and what the book said when the sheet was made out."""
        return [(one, self[f"batch-{one.pk}"], self[f"seen-{one.pk}"]) for one in self.batches]

    def extra_fields(self) -> list[forms.BoundField]:
        """Return the fields for what is not in the book."""
        return [self[name] for name in ("article", "amount", "code", "expires")]

    def clean(self) -> dict[str, Any]:
        """Ask for the amount of what was found, and the other way round."""
        data = dict(super().clean() or {})
        if data.get("article") and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("请填写数量。"))
        if data.get("amount") is not None and not data.get("article"):
            self.add_error("article", _("请选择物资。"))
        return data

    def counted(self) -> list[supplies.Counted]:
        """Return what was found of each batch."""
        data = self.cleaned_data
        return [
            supplies.Counted(one.pk, data[f"seen-{one.pk}"], data[f"batch-{one.pk}"]) for one in self.batches
        ]

    def extra(self) -> list[supplies.Found]:
        """Return what was found and is not in the book."""
        data = self.cleaned_data
        if not data["article"]:
            return []
        return [supplies.Found(data["article"], data["amount"], data["code"], data["expires"])]


class BookForm(forms.Form):
    """What the book is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("批号、对方或说明")}),
    )
    article = forms.ChoiceField(label=gettext_lazy("物资"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("事项"), required=False, choices=[("", gettext_lazy("全部")), *MoveKind.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_articles(self.fields["article"])


class ZoneForm(forms.Form):
    """What the zone's overview is narrowed to, beside the enterprise."""

    article = forms.ChoiceField(label=gettext_lazy("物资"), required=False)
    light = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部")), *Light.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_articles(self.fields["article"])


def offer_articles(field: forms.Field) -> None:
    """Let one of the articles be chosen, or all."""
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("全部")), *((one.key, one.label) for one in supplies.articles().values())]


class OrderForm(forms.Form):
    """From whom a purchase was ordered and by when it comes."""

    supplier = text(gettext_lazy("供应单位"), missing=gettext_lazy("请填写供应单位。"))
    expected = forms.DateField(
        label=gettext_lazy("预计到货"),
        error_messages={"required": gettext_lazy("请填写预计到货日期。"), **_DAY},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = text(gettext_lazy("说明"), required=False, most=120)

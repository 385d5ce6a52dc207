"""Forms of the park plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory.models import Unit

if TYPE_CHECKING:
    _UnitChoice = forms.ModelChoiceField[Unit]
else:
    _UnitChoice = forms.ModelChoiceField

MAX_BYTES = 5 * 1024 * 1024
"""A plan of 5,000 plots is about 1 MB."""


class ImportForm(forms.Form):
    """A GeoJSON file; ``file_name`` is what it is called once the form is valid."""

    file_name = ""
    file = forms.FileField(
        label=gettext_lazy("GeoJSON 文件"),
        help_text=gettext_lazy("以米为单位的园区平面坐标，不超过 5 MB；图形的 code 属性填单位代码。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
    partial = forms.BooleanField(label=gettext_lazy("有不合格的图形时，只导入合格的"), required=False)

    def clean_file(self) -> Any:
        """Return the parsed file."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，请删去无关图形后再导入。"))
        self.file_name = upload.name or ""
        try:
            return json.loads(upload.read().decode("utf-8-sig"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("文件不是可以读取的 GeoJSON。")) from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class UnitField(_UnitChoice):
    """An area, enterprise or site with its code."""

    def label_from_instance(self, obj: Unit) -> str:
        """Return what the list shows."""
        return "\u3000" * max(0, obj.path.count("/") - 2) + f"{obj.name} · {obj.code}"


class PickForm(forms.Form):
    """Whose plot is edited."""

    unit = UnitField(label=gettext_lazy("单位"), queryset=Unit.objects.none(), empty_label="—")

    def __init__(self, *args: Any, zone: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(path__startswith=zone.path).exclude(pk=zone.pk).order_by("path")


class OutlineForm(forms.Form):
    """The corners of a plot, one a line; none takes the plot from the plan."""

    points = forms.CharField(
        label=gettext_lazy("角点坐标"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("每行一个角点：横坐标，空格，纵坐标，以米为单位。按边线的次序填写。"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "inputmode": "decimal"}),
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_points(self) -> list[tuple[float, float]]:
        """Return the corners as pairs of numbers."""
        found = []
        text: str = self.cleaned_data["points"]
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.replace(",", " ").replace("，", " ").split()
            if not words:
                continue
            try:
                x, y = (float(word) for word in words)
            except ValueError as error:
                raise forms.ValidationError(
                    _("第 %(n)d 行应是两个数字：横坐标和纵坐标。"), params={"n": number}
                ) from error
            found.append((x, y))
        return found

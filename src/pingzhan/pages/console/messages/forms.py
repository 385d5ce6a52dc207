"""Forms of 通知: a letter, a channel, a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.messages.actions import Limits
from pingzhan.foundation.messages.kinds import Kind, Setting, settings_of
from pingzhan.foundation.messages.letters import BODY_LENGTH, TITLE_LENGTH
from pingzhan.foundation.messages.models import Channel, Priority
from pingzhan.pages.console.messages.audience import FIRMS, OFFICIALS, Choices

PRIORITIES = (Priority.NORMAL, Priority.URGENT, Priority.BULK)
"""What a person may choose; 'command' is for orders of a switch."""
PREFIX = "set_"


class LetterForm(forms.Form):
    """A letter and to whom it goes."""

    title = forms.CharField(label=_("标题"), max_length=TITLE_LENGTH)
    body = forms.CharField(
        label=_("正文"),
        max_length=BODY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("不要写身份证号码、电话等个人信息。"),
    )
    whole = forms.MultipleChoiceField(
        label=_("范围"),
        required=False,
        choices=[(OFFICIALS, _("全体机关干部")), (FIRMS, _("全部企业联系人"))],
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.MultipleChoiceField(label=_("工作组"), required=False, widget=forms.CheckboxSelectMultiple)
    posts = forms.MultipleChoiceField(
        label=_("岗位"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    firms = forms.MultipleChoiceField(
        label=_("企业"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    robots = forms.MultipleChoiceField(
        label=_("同时发到群"), required=False, widget=forms.CheckboxSelectMultiple
    )
    priority = forms.TypedChoiceField(
        label=_("优先级"),
        coerce=int,
        choices=[(one.value, one.label) for one in PRIORITIES],
        initial=Priority.NORMAL.value,
        help_text=_("紧急的先发，不受免打扰限制。"),
    )
    channel = forms.ChoiceField(
        label=_("发送方式"),
        choices=[("auto", _("按联系方式，不通时改走其他渠道")), ("in_app", _("只发站内通知"))],
        initial="auto",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, offered: Choices, robots: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (
            ("groups", offered.groups), ("posts", offered.posts), ("firms", offered.firms), ("robots", robots),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(found)
            if not found:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Refuse a letter to nobody."""
        data = super().clean() or {}
        names = ("whole", "groups", "posts", "firms", "robots")
        if not self.errors and not any(data.get(name) for name in names):
            raise forms.ValidationError(_("请至少选择一类收件人。"))
        return data

    def chosen(self) -> dict[str, list[str]]:
        """Return the parts of the audience by name."""
        return {name: self.cleaned_data.get(name) or [] for name in ("whole", "groups", "posts", "firms")}


class ChannelForm(forms.Form):
    """A channel: what every kind has, then the settings of its own kind."""

    key = forms.SlugField(
        label=_("代号"), max_length=40, help_text=_("小写字母开头，用于记录和统计，建立后不能改。")
    )
    label = forms.CharField(label=_("名称"), max_length=60)
    order = forms.IntegerField(label=_("次序"), min_value=0, max_value=999, help_text=_("小的优先。"))
    rate_count = forms.IntegerField(
        label=_("每段最多条数"), min_value=1, required=False, help_text=_("不填则不限速。")
    )
    rate_seconds = forms.IntegerField(label=_("每段秒数"), min_value=1, max_value=3600)
    concurrency = forms.IntegerField(label=_("同时发送"), min_value=1, max_value=32)
    timeout_seconds = forms.IntegerField(label=_("超时（秒）"), min_value=1, max_value=25)
    trip_after = forms.IntegerField(label=_("连续故障几次后停用"), min_value=1, max_value=1000)
    probe_seconds = forms.IntegerField(label=_("停用后多久试探（秒）"), min_value=1, max_value=600)
    quiet_from = forms.TimeField(
        label=_("免打扰开始"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        label=_("免打扰结束"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_priority = forms.IntegerField(
        label=_("免打扰适用的优先级"),
        min_value=3,
        max_value=9,
        help_text=_("这个级别和更低的等到免打扰结束；紧急通知和命令不受影响。"),
    )

    def __init__(
        self, data: Any = None, *, kind: Kind, channel: Channel | None, sealed: frozenset[str]
    ) -> None:
        super().__init__(data, initial=_initial(kind, channel))
        if channel is not None:
            del self.fields["key"]
        self.own = []
        for one in settings_of(kind.shape):
            self.fields[PREFIX + one.name] = _field(one, is_set=one.name in sealed)
            self.own.append(PREFIX + one.name)

    def main_fields(self) -> list[forms.BoundField]:
        """Return key, name and order, then the kind's own settings."""
        names = [name for name in ("key", "label", "order") if name in self.fields]
        return [self[name] for name in [*names, *self.own]]

    def limit_fields(self) -> list[forms.BoundField]:
        """Return the limits every kind has."""
        names = [name for name in self.fields if name not in self.own]
        return [self[name] for name in names if name not in ("key", "label", "order")]

    def values(self) -> dict[str, Any]:
        """Return the kind's settings by name."""
        return {name.removeprefix(PREFIX): self.cleaned_data[name] for name in self.own}

    def limits(self) -> Limits:
        """Return the limits."""
        data = self.cleaned_data
        quiet_from: time | None = data["quiet_from"]
        quiet_to: time | None = data["quiet_to"]
        return Limits(
            order=data["order"],
            rate_count=data["rate_count"],
            rate_seconds=data["rate_seconds"],
            concurrency=data["concurrency"],
            timeout_seconds=data["timeout_seconds"],
            trip_after=data["trip_after"],
            probe_seconds=data["probe_seconds"],
            quiet_from=quiet_from,
            quiet_to=quiet_to,
            quiet_priority=data["quiet_priority"],
        )


def _initial(kind: Kind, channel: Channel | None) -> dict[str, Any]:
    count, seconds = kind.rate or (None, 1)
    limits: Any = channel if channel is not None else Limits(rate_count=count, rate_seconds=seconds)
    names = Limits.__dataclass_fields__
    found: dict[str, Any] = {name: getattr(limits, name) for name in names}
    found["label"] = channel.label if channel is not None else str(kind.label)
    for one in settings_of(kind.shape):
        if not one.secret:
            stored = channel.settings if channel is not None else {}
            found[PREFIX + one.name] = stored.get(one.name, one.default)
    return found


def _field(one: Setting, *, is_set: bool) -> forms.Field:
    common: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": one.required}
    if one.type is bool:
        return forms.BooleanField(**{**common, "required": False})
    if one.type is int:
        return forms.IntegerField(min_value=one.minimum, max_value=one.maximum, **common)
    if one.choices:
        return forms.ChoiceField(choices=one.choices, **common)
    if one.secret:
        if is_set:
            common["required"] = False
            common["help_text"] = _("已设置，不再显示。不修改就留空。")
        # Never filled in again, whatever was typed.
        return forms.CharField(
            strip=True, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), **common
        )
    widget = forms.Textarea(attrs={"rows": one.lines}) if one.lines > 1 else forms.TextInput()
    return forms.CharField(widget=widget, **common)


class TestForm(forms.Form):
    """Where the test message goes."""

    __test__ = False
    address = forms.CharField(
        label=_("测试地址"),
        required=False,
        max_length=254,
        help_text=_("手机号码或邮箱；群机器人可以不填。只用这一次，不保存。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

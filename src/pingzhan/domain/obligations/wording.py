"""Words for what is stored as keys."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.kernel.levels import Level


def reason_words(reason: str) -> str:
    """Return why an obligation was withdrawn, in the reader's language; empty for one that was not."""
    cause, _colon, level = reason.partition(":")
    if cause == "switch" and level not in ("", "0"):
        return _("转为战时 %(level)s 级，按新措施执行") % {"level": Level(int(level)).roman}
    return {
        "": "",
        "switch": _("解除战时状态，按平时措施执行"),
        "set": _("措施集已更换，按新措施执行"),
    }.get(cause, _("本单位不再适用这项措施"))

"""Reasons of the kernel's value types in the reader's language (the kernel itself knows no gettext)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingzhan.kernel.errors import DomainError

REASONS: dict[str, Promise] = {
    "idnumber_length": _("身份证号码应为 18 位。"),
    "idnumber_fifteen": _("这是 15 位的旧身份证号码，请填 18 位号码。"),
    "idnumber_character": _("身份证号码前 17 位应为数字，最后一位是数字或 X。"),
    "idnumber_date": _("身份证号码中的出生日期不存在。"),
    "idnumber_future": _("身份证号码中的出生日期晚于今天。"),
    "idnumber_check": _("身份证号码的校验位不对，请核对是否填错一位。"),
    "creditcode_length": _("统一社会信用代码应为 18 位。"),
    "creditcode_character": _("统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z。"),
    "creditcode_check": _("统一社会信用代码的校验位不对，请核对是否填错一位。"),
    "phone_empty": _("电话号码里没有数字。"),
    "phone_character": _("电话号码只含数字，可带区号、横线和分机号。"),
    "phone_mobile_length": _("手机号码应为 11 位。"),
    "phone_area": _("固定电话请带区号填写，例如 0543-1234567。"),
    "phone_form": _("这不是手机号码，也不是带区号的固定电话。"),
    "plate_province": _("车牌号应以省、自治区、直辖市的简称开头。"),
    "plate_length": _("车牌号应为 7 位，新能源车为 8 位。"),
    "plate_form": _("车牌号格式不对：字母不含 I、O，新能源小型车第三位是字母，大型车最后一位是字母。"),
}


def told(error: DomainError) -> str:
    """Return the message of an error in the reader's language."""
    words = REASONS.get(error.code)
    return str(words) if words is not None else error.message

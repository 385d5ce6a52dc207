"""What an administrator may change about acknowledgement and escalation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.hazards import DEFAULT_HAZARD, FIRST_HAZARD
from pingzhan.foundation.options.registry import Option, register_option

VOICE_CHANNEL = "command.voice_channel"
VOICE_AT_ONCE = "command.voice_at_once"
REPLY_BY_SMS = "command.reply_by_sms"
ACK_MINUTES = {
    "core": "command.ack_core_minutes",
    "post": "command.ack_post_minutes",
    "enterprise": "command.ack_enterprise_minutes",
}
"""Target time of each audience class (command.md section 8)."""


def register() -> None:
    """Register the options; called once when the application is ready."""
    group = _("签收和催办")
    labels = {
        "core": (_("领导小组、各组组长和关键岗位的签收时限"), 5),
        "post": (_("其他岗位的签收时限"), 15),
        "enterprise": (_("企业联系人的签收时限"), 30),
    }
    for key, (label, minutes) in labels.items():
        register_option(
            Option(
                ACK_MINUTES[key],
                label,
                group,
                "int",
                minutes,
                help=_("只用于统计按时和超时，不改变催办步骤。"),
                unit=_("分钟"),
                minimum=1,
                maximum=24 * 60,
            )
        )
    register_option(
        Option(
            DEFAULT_HAZARD,
            _("没有写明风险种类的命令按哪一种办理"),
            _("平战转换"),
            "text",
            FIRST_HAZARD,
            help=_("填风险种类的代号，例如 covid19、norovirus。"),
        )
    )
    register_option(
        Option(
            VOICE_CHANNEL,
            _("语音电话渠道的代号"),
            group,
            "text",
            "voice",
            help=_("没有这个渠道或渠道停用时，改按联系方式发送。"),
        )
    )
    register_option(
        Option(
            VOICE_AT_ONCE,
            _("同时拨打的语音电话数"),
            group,
            "int",
            20,
            help=_("其余的等前面的拨完再拨，关键岗位在前。"),
            minimum=1,
            maximum=1000,
        )
    )
    register_option(
        Option(
            REPLY_BY_SMS,
            _("短信网关把回复转给本系统"),
            group,
            "bool",
            False,
            help=_("打开后，短信中会写明可以直接回复签收码。"),
        )
    )

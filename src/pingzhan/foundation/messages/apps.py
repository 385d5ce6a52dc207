"""Application entry of the outbox."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

LOOP_SECONDS = 2.0


class OutboxConfig(AppConfig):
    """Registers the ways of sending, the sender's loop, the settings and the trail's sentences."""

    name = "pingzhan.foundation.messages"
    label = "outbox"
    verbose_name = _("通知")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Plug in the channels; have the worker send every 2 s and at once when something is written."""
        from pingzhan.foundation.access.actions import factors_were_reset
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import alerts, letters, polling, retention, verbs
        from pingzhan.foundation.messages.channels import send_in_app, send_to_console
        from pingzhan.foundation.messages.delivery import pump
        from pingzhan.foundation.messages.kinds import register_kind
        from pingzhan.foundation.messages.outbox import WAKE_CHANNEL
        from pingzhan.foundation.messages.registry import register_channel, register_renderer
        from pingzhan.foundation.messages.transport.apprise_services import APPRISE_KIND
        from pingzhan.foundation.messages.transport.filedrop import DROP_KIND
        from pingzhan.foundation.messages.transport.gateway import GATEWAY_KIND
        from pingzhan.foundation.messages.transport.robots import DINGTALK_KIND, WECOM_KIND
        from pingzhan.foundation.messages.transport.smtp import SMTP_KIND
        from pingzhan.foundation.messages.transport.staff_apps import DINGTALK_APP_KIND, WECOM_APP_KIND
        from pingzhan.foundation.options.registry import Option, register_option

        register_channel("in_app", send_in_app, lands=True)
        register_channel("console", send_to_console)
        kinds = (GATEWAY_KIND, SMTP_KIND, WECOM_APP_KIND, DINGTALK_APP_KIND, WECOM_KIND, DINGTALK_KIND)
        for kind in (*kinds, DROP_KIND, APPRISE_KIND):
            register_kind(kind)
        register_renderer(letters.SUBJECT_KIND, letters.render)
        register_renderer(alerts.FACTOR_RESET, alerts.render)
        factors_were_reset.connect(alerts.tell_of_reset, dispatch_uid="pingzhan.tell_of_reset")
        register_loop("outbox", LOOP_SECONDS, pump, wake_on=WAKE_CHANNEL)
        register_loop("receipts", polling.SECONDS, polling.poll)
        register_option(
            Option(
                "messages.console",
                _("没有联系方式的人，通知打印到后台进程"),
                _("通知"),
                "bool",
                True,
                help=_("适合试用和演示。正式使用时可以关闭，这些通知将列为发送失败。"),
            )
        )
        retention.register()
        verbs.register()

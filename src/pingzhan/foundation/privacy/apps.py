"""Application entry of privacy."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Registers subjects, retention rules and erasures."""

    name = "pingzhan.foundation.privacy"
    label = "privacy"
    verbose_name = _("个人信息保护")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register settings, rules, background work and the sentences of the trail."""
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.options.registry import Option, register_option
        from pingzhan.foundation.privacy import defaults, executing, nightly, reveal, verbs
        from pingzhan.foundation.runs.schedules import schedule

        register_option(
            Option(
                key=reveal.LIMIT,
                label=_("每人每小时查看完整个人信息的次数上限"),
                group=_("个人信息保护"),
                kind="int",
                default=60,
                minimum=1,
                maximum=1000,
            )
        )
        assert executing.erase is not None  # importing the module registers the work
        defaults.register()
        schedule("privacy.retention", kind=nightly.WORK, daily="03:10")
        register_append_only("privacy.ErasureProtocol")
        verbs.register()

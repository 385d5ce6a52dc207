"""Application entry of runs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    """Registers long work, its lanes in the worker, and its housekeeping."""

    name = "pingzhan.foundation.runs"
    label = "runs"
    verbose_name = _("后台任务")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the lanes, the schedule and the setting."""
        from pingzhan.foundation.jobs.loops import register_loop, register_service
        from pingzhan.foundation.options.registry import Option, register_option
        from pingzhan.foundation.runs import housekeeping, lanes, verbs
        from pingzhan.foundation.runs.actions import WAKE
        from pingzhan.foundation.runs.schedules import schedule

        verbs.register()
        register_option(
            Option(
                "runs.keep_days",
                _("已结束的后台任务保留"),
                _("后台任务"),
                "int",
                housekeeping.KEEP_DAYS,
                unit=_("天"),
                minimum=1,
                maximum=3650,
            )
        )
        register_service("runs", lanes.serve, once=lanes.drain_once)
        register_loop("runs", 20.0, lanes.tick, wake_on=WAKE)
        schedule("runs-forget", kind="runs.forget", daily="03:40")

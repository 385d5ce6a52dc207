"""Application entry of exports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    """Registers the work, the settings and the sentences of exports."""

    name = "pingzhan.foundation.exports"
    label = "exports"
    verbose_name = _("表格导出")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what exports are known by."""
        from pingzhan.foundation.exports import making, verbs
        from pingzhan.foundation.options.registry import Option, register_option
        from pingzhan.foundation.privacy.file_stores import FileStore, register_file_store
        from pingzhan.foundation.runs.schedules import schedule

        verbs.register()
        group = _("表格导入和导出")
        register_option(
            Option(
                "exports.direct_rows",
                _("多少行以内当场导出"),
                group,
                "int",
                20_000,
                help=_("更长的列表在后台生成，完成后下载。"),
                unit=_("行"),
                minimum=100,
                maximum=200_000,
            )
        )
        register_option(
            Option(
                "exports.keep_hours",
                _("后台生成的导出文件保留多久"),
                group,
                "int",
                24,
                unit=_("小时"),
                minimum=1,
                maximum=24 * 30,
            )
        )
        register_file_store(FileStore("exports", _("导出的列表"), making.destroy_all))
        schedule("exports.sweep", kind=making.SWEEP, every=3600)

"""Application entry of imports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Registers the work, the settings and the sentences of imports."""

    name = "pingzhan.foundation.imports"
    label = "imports"
    verbose_name = _("表格导入")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what imports are known by."""
        from pingzhan.foundation.imports import checking, housekeeping, settings, storing, verbs  # noqa: F401
        from pingzhan.foundation.privacy.file_stores import FileStore, register_file_store
        from pingzhan.foundation.runs.schedules import schedule

        settings.register()
        verbs.register()
        register_file_store(FileStore("imports", _("上传的表格"), housekeeping.destroy_all))
        schedule("imports.sweep", kind=housekeeping.SWEEP, every=3600)

"""What an administrator may change about imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import Option, register_option


def register() -> None:
    """Register the options; called once when the application is ready."""
    group = _("表格导入和导出")
    register_option(
        Option(
            "imports.max_megabytes",
            _("上传文件的大小上限"),
            group,
            "int",
            50,
            unit=_("MB"),
            minimum=1,
            maximum=200,
        )
    )
    register_option(
        Option(
            "imports.keep_hours",
            _("导入结束后文件保留多久"),
            group,
            "int",
            24,
            help=_("到期后销毁文件的密钥并删除文件，导入记录和计数保留。"),
            unit=_("小时"),
            minimum=1,
            maximum=24 * 30,
        )
    )

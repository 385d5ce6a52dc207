"""One UTF-8 file a message, for sites whose text-message machine picks up files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings as site
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, setting
from pingzhan.foundation.messages.transport.gateway import fill, is_mobile, mobile
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True)
class DropSettings:
    """Where the files go, below the site's own drop folder, and what is in them."""

    folder: str = setting(
        gettext_lazy("文件夹"),
        default="sms",
        help=gettext_lazy("在服务器的投递目录（PINGZHAN_DROP_DIR）之下，只用字母、数字和连字符。"),
    )
    suffix: str = setting(gettext_lazy("扩展名"), default="txt")
    template: str = setting(
        gettext_lazy("文件内容"),
        default="{phone}\n{text}\n",
        help=gettext_lazy("{phone} 号码，{text} 全文，{title} 标题，{id} 编号。"),
        lines=4,
    )

    def check(self) -> None:
        """Raise Invalid for names that could leave the drop folder."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", self.folder):
            raise Invalid(_("文件夹名只能用字母、数字、下划线和连字符。"), place="folder")
        if not re.fullmatch(r"[A-Za-z0-9]{1,8}", self.suffix):
            raise Invalid(_("扩展名只能用字母和数字。"), place="suffix")


class DropSender:
    """Writes beside and renames, so the other machine never sees half a file.

    The name is the notice's number: a second try replaces the first file instead of adding one.
    """

    def __init__(self, settings: DropSettings, timeout: float) -> None:
        del timeout
        self.settings = settings
        self.folder = Path(site.DROP_DIR) / settings.folder

    def send(self, message: Message) -> str:
        """Write the file, readable by owner and group. Raises SendError when the disk refuses."""
        values = {
            "phone": mobile(message.address),
            "text": message.text,
            "title": message.title,
            "id": message.number,
            "key": "",
        }
        text = fill(self.settings.template, values, "text")
        name = f"{message.number}.{self.settings.suffix}"
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o770)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / name)
        except OSError as error:
            raise SendError(
                "file", _("投递文件写不进去：%(why)s。") % {"why": error.strerror or "?"}, channel_fault=True
            ) from None
        return name

    def abort(self) -> None:
        """A write cannot be broken off."""

    def close(self) -> None:
        """Nothing is kept between messages."""


DROP_KIND = Kind(
    key="filedrop",
    label=gettext_lazy("文件投递"),
    about=gettext_lazy("每条通知写成一个文件，由短信机等设备取走，用于隔离网络。"),
    shape=DropSettings,
    contacts=("sms", "phone"),
    open=DropSender,
    accepts=is_mobile,
)

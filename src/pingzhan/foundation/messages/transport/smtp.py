"""E-mail over SMTP; one connection per thread, used again until something goes wrong."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, setting
from pingzhan.foundation.messages.text import one_line
from pingzhan.kernel.errors import Invalid

MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
PER_CONNECTION = 100
"""Servers close a connection that carries too many messages; a new one in time costs less."""


def is_mail(address: str) -> bool:
    """Return whether the text looks like one mail address."""
    return len(address) <= 254 and MAIL.fullmatch(address) is not None and address.isascii()


@dataclass(frozen=True)
class SmtpSettings:
    """Where and as whom mail is handed in."""

    host: str = setting(gettext_lazy("服务器"), help=gettext_lazy("例如 smtp.example.com。"))
    port: int = setting(gettext_lazy("端口"), default=465, minimum=1, maximum=65535)
    security: str = setting(
        gettext_lazy("加密"),
        default="tls",
        choices=(
            ("tls", "TLS"),
            ("starttls", "STARTTLS"),
            ("none", gettext_lazy("不加密（仅限本机或内网）")),
        ),
    )
    username: str = setting(gettext_lazy("用户名"), required=False)
    password: str = setting(gettext_lazy("密码或授权码"), required=False, secret=True)
    sender: str = setting(gettext_lazy("发件地址"))
    sender_name: str = setting(gettext_lazy("发件人名称"), required=False)

    def check(self) -> None:
        """Raise Invalid for a host or sender that cannot be one."""
        if not re.fullmatch(r"[A-Za-z0-9.:_-]+", self.host):
            raise Invalid(_("服务器地址里有不能用的字符。"), place="host")
        if not is_mail(self.sender):
            raise Invalid(_("发件地址不是电子邮件地址。"), place="sender")


class SmtpSender:
    """Hands mail to one server. 4xx is tried again, 5xx about a recipient is not."""

    def __init__(self, settings: SmtpSettings, timeout: float) -> None:
        self.settings = settings
        self.timeout = timeout
        self.server: smtplib.SMTP | None = None
        self.carried = 0

    def send(self, message: Message) -> str:
        """Send one mail; its Message-ID is made of the notice's number, so doubles can be recognised."""
        mail = self._mail(message)
        try:
            server = self._connected()
            refused = server.send_message(mail, self.settings.sender, [message.address])
            if refused:
                raise smtplib.SMTPRecipientsRefused(refused)
        except smtplib.SMTPRecipientsRefused as error:
            self._reset()
            code, answer = next(iter(error.recipients.values()))
            raise _answered(code, answer) from None
        except smtplib.SMTPSenderRefused as error:
            self.close()
            raise SendError(f"smtp_{error.smtp_code}", _text(error.smtp_error), channel_fault=True) from None
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            text = _("邮件服务器不接受用户名或密码。")
            raise SendError(f"smtp_{error.smtp_code}", text, channel_fault=True) from None
        except smtplib.SMTPDataError as error:
            self._reset()
            raise _answered(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise SendError(f"smtp_{error.smtp_code}", _text(error.smtp_error), channel_fault=True) from None
        except TimeoutError:
            self.close()
            raise SendError("timeout", _("邮件服务器没有按时回答。"), channel_fault=True) from None
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            self.close()
            raise SendError("dropped", type(error).__name__, channel_fault=True) from None
        self.carried += 1
        if self.carried >= PER_CONNECTION:
            self.close()
        return str(mail["Message-ID"])

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = one_line(message.title)
        mail["From"] = formataddr((one_line(self.settings.sender_name), self.settings.sender))
        mail["To"] = message.address
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.number.lower()}@{self.settings.sender.rpartition('@')[2]}>"
        mail["X-Notice-Number"] = message.number
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _connected(self) -> smtplib.SMTP:
        if self.server is None:
            options = self.settings
            context = ssl.create_default_context()
            # The library would ask the name service for our own name, which can hang for seconds.
            name = options.sender.rpartition("@")[2]
            if options.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    options.host, options.port, name, timeout=self.timeout, context=context
                )
            else:
                server = smtplib.SMTP(options.host, options.port, name, timeout=self.timeout)
            self.server = server
            self.carried = 0
            if options.security == "starttls":
                server.starttls(context=context)
            if options.username:
                server.login(options.username, options.password)
        return self.server

    def _reset(self) -> None:
        """After a refusal the connection is still good unless the server says otherwise."""
        try:
            if self.server is None or self.server.sock is None:
                self.server = None
            else:
                self.server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def abort(self) -> None:
        """Shut the socket down, so that the hanging thread gets an error at once."""
        sock = self.server.sock if self.server is not None else None
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye when the server still listens; drop the connection in any case."""
        server, self.server = self.server, None
        if server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.close()


def _answered(code: int, text: bytes | str) -> SendError:
    """Return what a refusal of one message means: 421 is the server going away, other 4xx wait, 5xx lasts."""
    return SendError(f"smtp_{code}", _text(text), lasting=code >= 500, channel_fault=code == 421)


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


SMTP_KIND = Kind(
    key="smtp",
    label=gettext_lazy("电子邮件"),
    about=gettext_lazy("经邮件服务器发给个人的邮箱。"),
    shape=SmtpSettings,
    contacts=("email",),
    open=SmtpSender,
    accepts=is_mail,
    rate=(10, 1),
)

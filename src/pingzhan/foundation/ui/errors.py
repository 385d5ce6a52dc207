"""Error answers: one description of a problem, shown as page, as fragment or as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import DataError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pingzhan.kernel.errors import DomainError

_AWAY = ("08", "53", "58")
_NUL = "NUL (0x00)"
"""The driver refuses this character itself, before the database is asked."""
_RANGES = {"22003", "22008"}
"""What the database calls a number and a time out of range."""
_REFUSES = {"25006", "57P01", "57P02", "57P03"}
"""What the database calls a lost connection, a full disk, a failing one; a transaction that only reads; its end."""


@dataclass(frozen=True)
class Problem:
    """What went wrong, for a person: HTTP status, stable code, title, sentence, place, what to do."""

    status: int
    code: str
    title: str
    message: str
    place: str = ""
    hint: str = ""

    @classmethod
    def bad_request(cls) -> Problem:
        """Return the problem of a request that cannot be read."""
        return cls(
            400, "bad_request", _("请求有误"), _("浏览器发来的请求无法识别。"), hint=_("请返回上一页重试。")
        )

    @classmethod
    def forbidden(cls) -> Problem:
        """Return the problem of a person without the right."""
        return cls(
            403,
            "refused",
            _("无权访问"),
            _("您的角色不能打开此页或执行此操作。"),
            hint=_("如工作需要，请联系安全管理员授权。"),
        )

    @classmethod
    def form_expired(cls) -> Problem:
        """Return the problem of a form whose protection token is missing or old."""
        return cls(
            403,
            "csrf",
            _("页面已过期"),
            _("为防止他人冒用，此次提交未被接受。"),
            hint=_("请刷新页面后重新提交；浏览器须允许本站 Cookie。"),
        )

    @classmethod
    def not_found(cls) -> Problem:
        """Return the problem of an address without a page."""
        return cls(
            404,
            "not_found",
            _("找不到页面"),
            _("该页不存在，或已被移除。"),
            hint=_("请核对地址，或从导航重新进入。"),
        )

    @classmethod
    def stored_meanwhile(cls) -> Problem:
        """Return the problem of what somebody else, or a second tap, stored a moment before."""
        return cls(
            409,
            "stored_meanwhile",
            _("已被他人更改"),
            _("同样的内容刚刚已经登记，此次操作没有保存。"),
            hint=_("请返回上一页，刷新后核对。"),
        )

    @classmethod
    def cannot_store(cls) -> Problem:
        """Return the problem of a database that is away, full or read-only (command.md section 15, case 27)."""
        return cls(
            503,
            "cannot_store",
            _("暂时不能保存"),
            _("数据库现在不能写入，此次操作没有保存。"),
            hint=_(
                "请按打印的通讯录和值班表通知有关人员，在纸上记下时间和内容，恢复后补录，并报告系统管理员。"
            ),
        )

    @classmethod
    def server_error(cls) -> Problem:
        """Return the problem of our own failure."""
        return cls(
            500,
            "server_error",
            _("系统出错"),
            _("处理请求时出错，此次操作没有保存。"),
            hint=_("请稍后重试；仍不行时请联系系统管理员查看日志。"),
        )


def _titles() -> dict[int, str]:
    return {
        400: _("请求有误"),
        403: _("无权操作"),
        404: _("找不到"),
        409: _("已被他人更改"),
        422: _("未能完成"),
    }


def problem_of(error: DomainError) -> Problem:
    """Return the problem a domain error describes."""
    return Problem(
        status=error.status,
        code=error.code,
        title=_titles().get(error.status, _("未能完成")),
        message=error.message,
        place=error.place,
        hint=error.hint,
    )


def cannot_store(exception: BaseException | None) -> bool:
    """Return whether an error says that the database is away, full, or read-only, and not that we asked wrongly."""
    if not isinstance(exception, OperationalError | InternalError):
        return False
    state = getattr(exception.__cause__, "sqlstate", None) or ""
    if not state:
        return isinstance(exception, OperationalError)
    return state.startswith(_AWAY) or state in _REFUSES


def too_large(exception: BaseException) -> bool:
    """Return whether an error says that a number, a time or a character was none that the system holds.

    Pages check what they ask for; this is for what nobody types: an address or a form made up by hand.
    """
    if isinstance(exception, OverflowError):
        return True
    if isinstance(exception, DataError):
        return getattr(exception.__cause__, "sqlstate", "") in _RANGES or _NUL in str(exception)
    return isinstance(exception, ValueError) and str(exception).startswith("Exceeds the limit")


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def render_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Answer with the problem: JSON for programs, a fragment into the message region for htmx, else a page.

    The page uses the desk frame for a signed-in person and the public frame for everybody else. A server
    error never asks the database, because that may be what failed.
    """
    if _wants_json(request):
        body = {k: v for k, v in asdict(problem).items() if k not in ("status", "title")}
        return JsonResponse(body, status=problem.status, json_dumps_params={"ensure_ascii": False})
    if request.headers.get("HX-Request") == "true":
        response = render(request, "ui/_problem.html", {"problem": problem}, status=problem.status)
        response.headers["X-Pingzhan-Error"] = problem.code
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    if problem.status >= 500:
        return render(None, "ui/server_error.html", {"problem": problem}, status=problem.status)
    signed_in = bool(getattr(getattr(request, "user", None), "is_authenticated", False))
    frame = "ui/base.html" if signed_in else "ui/public.html"
    return render(request, "ui/problem.html", {"problem": problem, "frame": frame}, status=problem.status)

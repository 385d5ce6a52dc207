"""One-time links: the first system administrator sets himself up, others set their passwords."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pingzhan.foundation.access.actions import complete_setup, set_password_by_link
from pingzhan.foundation.access.signins import mark_way
from pingzhan.foundation.accounts.actions import valid_setup_link
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Invalid


class PasswordForm(forms.Form):
    """A password typed twice; the rules are checked by the action."""

    password = forms.CharField(
        label=_("密码"),
        strip=False,
        help_text=_("至少 10 个字符，不用常见密码，不全是数字，不与用户名相近。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, str]:
        """Refuse two different passwords."""
        data: dict[str, str] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("两次输入的密码不一样。"))
        return data


class SetupForm(PasswordForm):
    """User name, name and password of the first administrator."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=60,
        help_text=_("登录时用，字母、数字或汉字。"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ("username", "name", "password", "again")


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Go on as if the person had typed his password: to the second factor if he has one, else inside."""
    answer: HttpResponse = perform_password_login(request, {"username": user.username}, Login(user=user))
    return answer


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form; POST does what the link is for and signs in. 404 with words when it cannot be used."""
    link = valid_setup_link(token)
    first = link.user is None
    form = (SetupForm if first else PasswordForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if first:
                user = complete_setup(
                    token=token, username=data["username"], name=data["name"], password=data["password"]
                )
            else:
                user = set_password_by_link(token=token, password=data["password"])
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            # Through the stages of signing in: a link for the password must not walk around the second factor.
            mark_way(request, "setup")
            return sign_in(request, user)
    context = {"form": form, "first": first, "owner": link.user}
    return render(request, "public/setup.html", context, status=422 if form.is_bound else 200)

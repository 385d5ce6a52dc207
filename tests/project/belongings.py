"""The objects of the world that modules of the foundation keep: papers, notices, erasures, files, links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access import devices, invitations
from pingzhan.foundation.access.actor import actor_of, system_actor
from pingzhan.foundation.access.models import DeviceKind, Invitation
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.actions import new_password_link
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.actions.templates import save_word_template
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.templating.starter import starter
from pingzhan.foundation.exports import actions as exports
from pingzhan.foundation.imports import actions as imports
from pingzhan.foundation.messages import receipts
from pingzhan.foundation.messages.models import (
    Channel,
    ChannelHealth,
    Letter,
    Notice,
    NoticeState,
    Priority,
)
from pingzhan.foundation.privacy import protocol
from pingzhan.foundation.privacy.models import (
    Erasure,
    ErasureProtocol,
    ErasureScope,
    ErasureState,
    ErasureSubject,
)
from pingzhan.foundation.runs.testing import drain
from tests.factories import account

SITES = (
    "\u7f16\u53f7,\u540d\u79f0,\u7c7b\u522b\n{code},\u4e00\u697c,\u98df\u5802\n,\u65e0\u53f7,\u98df\u5802\n"
)
"""A sheet of sites: one row to store, one to refuse."""


def owned(owner: User) -> dict[str, Any]:
    """Return what belongs to one account: a session, factors, and files it takes out (``owner`` reads papers)."""
    key = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "\u94a5\u5319", "credential": {}}
    )
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    job = exports.order_export(key="documents.papers", form="csv", params={}, by=actor_of(owner))
    drain()
    return {
        "session": SignIn.objects.create(user=owner, session_key="x" * 32).pk,
        "key": key.pk,
        "export_job": job.pk,
    }


def spreadsheets(scope: str) -> dict[str, Any]:
    """Return an import of sites that waits for its confirmation, and one that is stored."""
    by = system_actor("\u8bd5\u9a8c")
    jobs = []
    for code in ("C1", "C2"):
        data = SITES.format(code=code).encode()
        jobs.append(
            imports.upload(key="territory.sites", scope_code=scope, name="c.csv", chunks=[data], by=by)
        )
        drain()
    imports.confirm(job=jobs[1], new=True, changed=True, by=by)
    drain()
    return {"import_job": jobs[0].pk, "import_done": jobs[1].pk}


def links(user: User, path: str) -> dict[str, Any]:
    """Return tokens that can be used, each the last part of its address."""
    Invitation.objects.create(
        name="\u65b0\u5ba2", username="xinke", role=Role.COMPANY.value, unit_path=path,
        approved_at=timezone.now(),
    )  # fmt: skip
    rows = Invitation.objects.filter(username="xinke").values_list("pk", flat=True)
    ((_invitation, join),) = invitations.issue_links(ids=list(rows), by=system_actor("\u8bd5\u9a8c"))
    _device, enrol = devices.issue_device(
        name="\u91c7\u68372",
        kind=DeviceKind.SAMPLING,
        unit_path=path,
        days=1,
        by=actor_of(account(Role.SECURITY_ADMIN)),
    )
    found = {"setup": new_password_link(user), "join": join, "enrol": enrol}
    return {name: link.rpartition("/")[2] for name, link in found.items()}


def documents(path: str) -> dict[str, Any]:
    """Return an organ of a unit with its Word template and a draft."""
    by = system_actor("\u8bd5\u9a8c")
    organ = save_organ(name="\u8bd5\u9a8c\u5382", mark="", printer="", unit_path=path, by=by)
    add_series(organ=organ, code="\u8bd5\u5382\u53d1", kinds=[PaperKind.NOTICE], by=by)
    version = save_word_template(
        name="\u901a\u77e5", paper_kind=PaperKind.NOTICE, file=starter(), unit_path=path, by=by
    )
    paper = papers.draft_paper(
        PaperKind.NOTICE,
        "\u5173\u4e8e\u8bd5\u9a8c\u7684\u901a\u77e5",
        papers.parse("\u8bf7\u81ea\u67e5\u3002"),
        unit_path=path,
        organ=organ,
        by=by,
    )
    return {"organ": organ.pk, "template": version.template_id, "paper": paper.pk}


def messages(path: str, user: User) -> dict[str, Any]:
    """Return a letter of a unit with a notice, a channel, and the two signed links."""
    letter = Letter.objects.create(title="\u8bd5\u9a8c", unit_path=path, by_name="\u67d0\u4eba", recipients=1)
    notice = Notice.objects.create(
        dedupe="doors",
        recipient=0,
        account=user,
        kind="letter",
        priority=Priority.NORMAL,
        unit_path=path,
        channel="in_app",
        title="\u8bd5\u9a8c",
        subject_kind="letter",
        subject_id=letter.pk,
        state=NoticeState.SENT,
        sent_at=timezone.now(),
    )
    channel = Channel.objects.create(
        key="doors", kind="sms", label="\u77ed\u4fe1", settings={"report_id": "id", "report_state": "s"}
    )
    ChannelHealth.objects.create(channel=channel)
    return {
        "letter": letter.pk,
        "notice": notice.pk,
        "channel": channel.pk,
        "reading": receipts.reading_token(notice.pk),
        "report": receipts.callback_token(channel),
    }


def erasures(job: Employment, user: User) -> dict[str, Any]:
    """Return an order about one worker that waits, and one that was carried out."""
    path = job.enterprise.path
    waiting = Erasure.objects.create(
        scope=ErasureScope.REQUEST, basis="\u8bd5\u9a8c", unit_path=path, proposed_name="\u67d0\u4eba"
    )
    ErasureSubject.objects.create(erasure=waiting, subject_id=job.individual.subject_id)
    now = timezone.now()
    done = Erasure.objects.create(
        scope=ErasureScope.REQUEST,
        basis="\u8bd5\u9a8c",
        unit_path=path,
        state=ErasureState.DONE,
        decided_by=user,
        decided_name=user.name,
        decided_at=now - timedelta(hours=2),
        started_at=now - timedelta(hours=1),
        finished_at=now,
    )
    when = now.isoformat()
    data = {
        "number": done.pk, "scope": ErasureScope.REQUEST.value, "basis": done.basis, "proposed_by": "",
        "proposed_at": when, "approved_by": user.name, "approved_at": when, "executed_by": "",
        "started_at": when, "finished_at": when, "subjects": 0, "keys_destroyed": 0, "holders": [],
        "rules": [], "masters_destroyed": [], "lookups_destroyed": [], "rehashed": 0, "kept": [],
        "trail_records": 0, "trail_head": "",
    }  # fmt: skip
    ErasureProtocol.objects.create(erasure=done, data=data, sha=protocol.sha_of(data))
    return {"erasure": waiting.pk, "destroyed": done.pk}

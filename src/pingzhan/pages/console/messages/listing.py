"""Notices that failed, letters, and who of a letter's recipients has read it, as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation import api as organisation
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.messages import queries, rules
from pingzhan.foundation.messages.models import Channel, Letter, Notice, NoticeChannel


@dataclass(frozen=True)
class Line:
    """A notice, whom it is for, and what its way is called."""

    notice: Notice
    name: str
    via: str


def way_name(key: str, labels: dict[str, str]) -> str:
    """Return what a way is called: the channel's own name, or that of a built-in way."""
    if key in labels:
        return labels[key]
    return str(NoticeChannel(key).label) if key in NoticeChannel.values else key


def lines_of(notices: Sequence[Notice]) -> list[Line]:
    """Return notices with the names of their recipients and ways; a group's notice has the way's name. Two queries."""
    names = organisation.names_of([one.recipient for one in notices])
    labels = dict(Channel.objects.values_list("key", "label"))
    return [
        Line(
            one,
            names.get(one.recipient, way_name(one.channel, labels)),
            way_name(one.via or one.channel, labels),
        )
        for one in notices
    ]


def _troubled(actor: Actor, params: Params) -> QuerySet[Notice]:
    return queries.troubled(actor)


def _letters(actor: Actor, params: Params) -> QuerySet[Letter]:
    return rules.letters_visible_to(actor).order_by("-pk")


def _recipients(actor: Actor, params: Params) -> QuerySet[Notice]:
    asked = params.get("letter", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    letter = rules.letters_visible_to(actor).filter(pk=number).first()
    return queries.notices_of_letter(letter) if letter is not None else Notice.objects.none()


def _words(actor: Actor, params: Params) -> str:
    notice = _recipients(actor, params).first()
    return notice.title if notice is not None else ""


NUMBER = OutColumn("number", _("编号"), lambda line: line.notice.number)
STATE = OutColumn("state", _("状态"), lambda line: str(line.notice.get_state_display()))
WAY = OutColumn("via", _("渠道"), lambda line: line.via, width=20)
FAILED = Listing(
    key="messages.failed",
    title=_("没有发出的通知"),
    columns=(
        NUMBER,
        OutColumn("title", _("标题"), lambda line: line.notice.title, width=40),
        OutColumn("name", _("收件人"), lambda line: line.name),
        STATE,
        WAY,
        OutColumn("error", _("原因"), lambda line: line.notice.last_error or None, width=40),
        OutColumn("tries", _("已试次数"), lambda line: line.notice.tries),
        OutColumn("created", _("建立时间"), lambda line: line.notice.created_at, width=20),
    ),
    queryset=_troubled,
    may=rules.can_view,
    load=lines_of,
)
LETTERS = Listing(
    key="messages.letters",
    title=_("群发通知"),
    columns=(
        OutColumn("title", _("标题"), lambda row: row.letter.title, width=40),
        OutColumn("audience", _("发给"), lambda row: row.letter.audience, width=30),
        OutColumn("recipients", _("收件"), lambda row: row.letter.recipients),
        OutColumn("waiting", _("待发"), lambda row: row.waiting),
        OutColumn("sent", _("已发"), lambda row: row.sent),
        OutColumn("read", _("已读"), lambda row: row.read),
        OutColumn("dead", _("失败"), lambda row: row.dead),
        OutColumn("unreached", _("没有可用渠道"), lambda row: len(row.letter.unreached)),
        OutColumn("by", _("拟发人"), lambda row: row.letter.by_name),
        OutColumn("at", _("时间"), lambda row: row.letter.created_at, width=20),
    ),
    queryset=_letters,
    may=rules.can_view,
    load=queries.letter_rows,
)
RECIPIENTS = Listing(
    key="messages.recipients",
    title=_("收件情况"),
    columns=(
        OutColumn("name", _("收件人"), lambda line: line.name),
        STATE,
        WAY,
        OutColumn("sent", _("发出"), lambda line: line.notice.sent_at, width=20),
        OutColumn("read", _("已读"), lambda line: line.notice.read_at, width=20),
        NUMBER,
    ),
    queryset=_recipients,
    may=rules.can_view,
    load=lines_of,
    filter_words=_words,
)


def register() -> None:
    """Make the lists exportable; called once when the application is ready."""
    for listing in (FAILED, LETTERS, RECIPIENTS):
        register_listing(listing)

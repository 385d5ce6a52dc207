"""Tables of the outbox."""

from pingzhan.foundation.messages.models.answer import Answer
from pingzhan.foundation.messages.models.attempt import Attempt, Outcome
from pingzhan.foundation.messages.models.channel import Channel, ChannelHealth, ChannelState
from pingzhan.foundation.messages.models.letter import Letter
from pingzhan.foundation.messages.models.notice import EXPRESS, Notice, NoticeChannel, NoticeState, Priority

__all__ = [
    "EXPRESS",
    "Answer",
    "Attempt",
    "Channel",
    "ChannelHealth",
    "ChannelState",
    "Letter",
    "Notice",
    "NoticeChannel",
    "NoticeState",
    "Outcome",
    "Priority",
]

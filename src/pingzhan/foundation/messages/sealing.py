"""A channel's secrets: one sealed text, opened only where something is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pingzhan.foundation.messages.kinds import Kind, kinds, read_settings, settings_of
from pingzhan.foundation.messages.models.channel import Channel
from pingzhan.foundation.privacy.vault import Vault, new_subjects

FIELD = "channel.secrets"
SUBJECT_KIND = "channel"


def seal(channel: Channel, secrets: Mapping[str, str]) -> None:
    """Put the secrets into the channel (not saved). The key is made at the first secret.

    Raises KeyMissing where the site has no key ring.
    """
    kept = {name: value for name, value in secrets.items() if value}
    if not kept:
        channel.secrets = None
        return
    if channel.subject is None:
        vault = new_subjects(SUBJECT_KIND, 1)
        channel.subject = vault.ids[0]
    else:
        vault = Vault.load([channel.subject])
    channel.secrets = vault.seal(channel.subject, FIELD, json.dumps(kept, ensure_ascii=False))


def opened(channel: Channel) -> dict[str, str]:
    """Return the channel's secrets. Raises KeyMissing or Unreadable when they do not open."""
    if channel.secrets is None or channel.subject is None:
        return {}
    text = Vault.load([channel.subject]).open(channel.subject, FIELD, channel.secrets)
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def kind_of(channel: Channel) -> Kind | None:
    """Return the kind of a channel, None when this version does not know it."""
    return kinds().get(channel.kind)


def complete(channel: Channel) -> Any:
    """Return the typed settings of a channel with its secrets. Raises Invalid when they are incomplete."""
    kind = kind_of(channel)
    assert kind is not None
    names = {one.name for one in settings_of(kind.shape) if one.secret}
    secrets = {name: value for name, value in opened(channel).items() if name in names}
    return read_settings(kind.shape, {**channel.settings, **secrets})

"""Tables of personal data protection."""

from pingzhan.foundation.privacy.models.erasure import (
    OPEN_STATES,
    Erasure,
    ErasureProtocol,
    ErasureScope,
    ErasureState,
    ErasureSubject,
    RetentionMark,
)
from pingzhan.foundation.privacy.models.subject import LookupKey, Subject

__all__ = [
    "OPEN_STATES",
    "Erasure",
    "ErasureProtocol",
    "ErasureScope",
    "ErasureState",
    "ErasureSubject",
    "LookupKey",
    "RetentionMark",
    "Subject",
]

"""Changes of workers. Each is one transaction and leaves one record in the trail."""

from pingzhan.domain.people.actions.merging import keep_apart, merge, merged_subjects
from pingzhan.domain.people.actions.moving import MAX_BULK, leave_many, transfer, transfer_many
from pingzhan.domain.people.actions.registering import (
    NOWHERE,
    Place,
    Terms,
    change_employment,
    change_person,
    leave,
    register_worker,
    rehire,
)

__all__ = [
    "MAX_BULK",
    "NOWHERE",
    "Place",
    "Terms",
    "change_employment",
    "change_person",
    "keep_apart",
    "leave",
    "leave_many",
    "merge",
    "merged_subjects",
    "register_worker",
    "rehire",
    "transfer",
    "transfer_many",
]

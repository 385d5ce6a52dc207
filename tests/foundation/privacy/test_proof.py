"""The promise: after an erasure nothing, not even a copy of the database made before, leads back to the person.

Real workers and officials in a real database, a real pg_dump before and after. Every attack is first shown to
work while the keys exist, so that its failure afterwards means something.
"""

from __future__ import annotations

import hmac
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.utils import timezone

from pingzhan.config.embedded import wheel_programs
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.returnees import api as returnees
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.privacy import erasing, keyring
from pingzhan.foundation.privacy.keyring import NONCE_BYTES, Ring
from pingzhan.foundation.privacy.models import Erasure
from pingzhan.foundation.privacy.reveal import reveal
from pingzhan.foundation.privacy.vault import Vault, unwrap
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Firm, build_park, hire, id_number, person, texts_of

from .conftest import actor

NAME, PHONE, ADDRESS = "\u8c22\u65e0\u75d5", "13900005678", "\u6d4b\u8bd5\u8857\u9053\u4e03\u53f7\u9662"
NUMBER = id_number(4711, year=1883)
_COPY = re.compile(r"^COPY public\.(\w+) \(([^)]*)\) FROM stdin;$")


class Dump:
    """A pg_dump as an attacker reads it."""

    def __init__(self) -> None:
        at = connection.settings_dict
        environment = {**os.environ, "PGPASSWORD": at["PASSWORD"] or ""}
        self.text = subprocess.run(
            [
                str(wheel_programs() / "pg_dump"), "--host", at["HOST"], "--port", str(at["PORT"] or 5432),
                "--username", at["USER"], "--dbname", at["NAME"],
            ],
            env=environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        columns: list[str] | None = None
        for line in self.text.splitlines():
            if columns is None:
                found = _COPY.match(line)
                if found and found[1] == table:
                    columns = [name.strip(' "') for name in found[2].split(",")]
            elif line == "\\.":
                return
            else:
                yield dict(zip(columns, line.split("\t"), strict=True))

    def names(self, *texts: str) -> list[str]:
        """The texts that stand in the dump, plainly or as the bytes of a column."""
        return [text for text in texts if text in self.text or text.encode().hex() in self.text]

    def opened(self, subject: int, ring: Ring) -> list[str]:
        """Whatever of the person opens with any key of a ring."""
        found = []
        for row in self.rows("privacy_subject"):
            if int(row["id"]) != subject or row["wrapped"] == r"\N":
                continue
            for master in ring.masters.values():
                try:
                    key = AESGCM(unwrap(AESGCM(master), _bytes(row["wrapped"]), subject))
                except Exception:
                    continue
                found += self._with(key, subject)
        return found

    def _with(self, key: AESGCM, subject: int) -> list[str]:
        found = []
        fields = (
            "name",
            "id",
            "phone",
            "address",
            "contact.phone",
            "returnees.declared",
            "returnees.reasons",
        )
        for cell in set(re.findall(r"\\\\x01([0-9a-f]{56,})", self.text)):
            sealed = bytes.fromhex(cell)
            for field in fields:
                bound = f"pz1|{subject}|{field}".encode()
                try:
                    found.append(key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound).decode())
                except InvalidTag:
                    continue
        return found

    def guessed(self, ring: Ring) -> int:
        """How many stored hashes an attacker who guesses the number finds with the look-up keys of a ring."""
        hits = 0
        for key in ring.lookups.values():
            guess = hmac.digest(key, f"people.document\0gb11643:{NUMBER}".encode(), "sha256")[:16].hex()
            hits += guess in self.text
        return hits


def _bytes(cell: str) -> bytes:
    return bytes.fromhex(cell.removeprefix("\\\\x"))


def _comes_back(job: Employment, firm: Firm) -> None:
    """A return whose journey leads through a county that nothing else names."""
    today = timezone.localdate()
    stay = returnees.Stay("370888", "", today - timedelta(days=5), today - timedelta(days=1))
    returnees.apply_return(
        employment=job,
        journey=returnees.Journey(today, "370000"),
        declared=returnees.Declared(returnees.Facts(stays=(stay,))),
        by=firm.contact,
    )


@pytest.mark.django_db(transaction=True)
def test_nothing_leads_back_to_the_person(ring: None, tmp_path: Path) -> None:
    park = build_park()
    firm = park.firms[0]
    job = hire(firm, person(NAME, NUMBER, PHONE, ADDRESS), no="G-0815")
    gone = job.individual
    _comes_back(job, firm)
    stays = hire(firm, person("\u7559\u59cb\u7ec8", phone="13900008765")).individual
    official = organisation.add_person(home_unit=park.zone, name="\u5b98\u4e0d\u53d8", by=park.root)
    organisation.add_contact(person=official, channel=Channel.PHONE, address="13900004321", by=park.root)
    officer = actor(Role.PRIVACY_OFFICER, park.zone.path)
    reveal(
        subject_id=gone.subject_id,
        fields={"phone": gone.phone_sealed},
        reason="\u6838\u5b9e\u8eab\u4efd\u60c5\u51b5",
        by=officer,
        unit_path=firm.unit.path,
    )
    before, old_ring = Dump(), keyring.load()
    personal = (NAME, PHONE, ADDRESS, NUMBER)
    assert before.names("370888") == []
    assert any("370888" in text for text in before.opened(gone.subject_id, old_ring))
    assert before.names(*personal) == []
    # While the keys exist the same attacks succeed.
    assert set(personal) <= set(before.opened(gone.subject_id, old_ring))
    assert before.guessed(old_ring) == 1

    order = erasing.propose_request(
        subject_ids=[gone.subject_id], basis="\u672c\u4eba\u7533\u8bf7", by=officer, unit_path=park.zone.path
    )
    erasing.approve(erasure=order, by=actor(Role.LEADER, park.zone.path))
    erasing.execute(erasure=order, by=officer)
    assert drain() == ["done"]

    new_ring, after = keyring.load(), Dump()
    folder = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
    assert not any(key.hex().encode() in folder for key in old_ring.masters.values())
    assert not any(key.hex().encode() in folder for key in old_ring.lookups.values())
    for dump in (before, after):
        assert dump.names(*personal) == []
        assert dump.opened(gone.subject_id, new_ring) == []
        assert dump.guessed(new_ring) == 0
    # Not even the former keys open the present database, its history included.
    assert after.opened(gone.subject_id, old_ring) == []
    assert "G-0815" not in after.text
    assert list(after.rows("people_individualhistory")) != []

    facts = Erasure.objects.get(pk=order.pk).protocol.data
    assert (facts["subjects"], facts["keys_destroyed"]) == (1, 1)
    counted = {one["key"]: (one["before"], one["changed"], one["after"]) for one in facts["holders"]}
    assert counted == {
        "people.individual": (1, 1, 0),
        "people.search": (1, 1, 0),
        "people.employment": (1, 1, 0),
        "returnees.application": (1, 1, 0),
    }
    assert facts["masters_destroyed"] == sorted(old_ring.masters)
    assert facts["lookups_destroyed"] == sorted(old_ring.lookups)
    assert verify_chain() == []
    assert not any(text in str(line.body) for line in AuditRecord.objects.all() for text in personal)

    assert Vault.load([gone.subject_id]).erased(gone.subject_id)
    assert Individual.objects.filter(pk=gone.pk).count() == 1
    assert texts_of(stays).phone == "13900008765"
    assert organisation.phones_of([official.pk]) == {official.pk: "13900004321"}

"""Contacts stored in plain text before are sealed, and their plain text is overwritten.

The one migration that calls application code (decision 0022): sealing needs the key ring, which lies outside
the database. A database without contacts needs no ring.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def seal(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    Contact = apps.get_model("organisation", "Contact")
    Person = apps.get_model("organisation", "Person")
    rows = list(Contact.objects.filter(sealed__isnull=True).order_by("person_id", "pk"))
    if not rows:
        return
    from pingzhan.foundation.privacy.lookup import digest
    from pingzhan.foundation.privacy.vault import new_subjects

    persons = list(dict.fromkeys(row.person_id for row in rows))
    vault = new_subjects("official", len(persons))
    subjects = dict(zip(persons, vault.ids, strict=True))
    for person_id, subject_id in subjects.items():
        Person.objects.filter(pk=person_id).update(subject_id=subject_id)
    for row in rows:
        field = f"contact.{row.channel}"
        row.sealed = vault.seal(subjects[row.person_id], field, row.address)
        row.digest = digest(field, row.address)
        row.address = ""
    Contact.objects.bulk_update(rows, ["sealed", "digest", "address"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("organisation", "0004_contact_key")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]

from django.db import migrations


class Migration(migrations.Migration):
    """Where a lot is stored and which team handled it lie in the enterprise of the lot."""

    dependencies = [
        ("gate", "0001_initial"),
        ("territory", "0002_within_enterprise"),
    ]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE gate_goodslot ADD CONSTRAINT lot_storage_same_enterprise
                FOREIGN KEY (storage_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE gate_goodslot DROP CONSTRAINT lot_storage_same_enterprise;
            """,
        ),
    ]

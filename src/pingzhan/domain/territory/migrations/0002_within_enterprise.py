from django.db import migrations


class Migration(migrations.Migration):
    """The parts of an enterprise fit each other; a foreign key over two columns is beyond Django."""

    dependencies = [("territory", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE territory_site ADD CONSTRAINT site_of_enterprise UNIQUE (id, enterprise_id);
            ALTER TABLE territory_shift ADD CONSTRAINT shift_of_enterprise UNIQUE (id, enterprise_id);
            ALTER TABLE territory_site ADD CONSTRAINT site_parent_same_enterprise
                FOREIGN KEY (parent_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE territory_team ADD CONSTRAINT team_workshop_same_enterprise
                FOREIGN KEY (workshop_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE territory_team ADD CONSTRAINT team_shift_same_enterprise
                FOREIGN KEY (shift_id, enterprise_id) REFERENCES territory_shift (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE territory_team DROP CONSTRAINT team_shift_same_enterprise;
            ALTER TABLE territory_team DROP CONSTRAINT team_workshop_same_enterprise;
            ALTER TABLE territory_site DROP CONSTRAINT site_parent_same_enterprise;
            ALTER TABLE territory_shift DROP CONSTRAINT shift_of_enterprise;
            ALTER TABLE territory_site DROP CONSTRAINT site_of_enterprise;
            """,
        ),
    ]

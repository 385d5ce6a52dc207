from django.db import migrations


class Migration(migrations.Migration):
    """Team, room and canteen of a placement lie in the enterprise of its employment."""

    dependencies = [
        ("people", "0001_initial"),
        ("territory", "0002_within_enterprise"),
    ]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE territory_team ADD CONSTRAINT team_of_enterprise UNIQUE (id, enterprise_id);
            ALTER TABLE people_employment
                ADD CONSTRAINT employment_of_enterprise UNIQUE (id, enterprise_id);
            ALTER TABLE people_placement ADD CONSTRAINT placement_of_employment
                FOREIGN KEY (employment_id, enterprise_id) REFERENCES people_employment (id, enterprise_id)
                ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE people_placement ADD CONSTRAINT placement_team_same_enterprise
                FOREIGN KEY (team_id, enterprise_id) REFERENCES territory_team (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE people_placement ADD CONSTRAINT placement_room_same_enterprise
                FOREIGN KEY (room_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE people_placement ADD CONSTRAINT placement_canteen_same_enterprise
                FOREIGN KEY (canteen_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE people_placement DROP CONSTRAINT placement_canteen_same_enterprise;
            ALTER TABLE people_placement DROP CONSTRAINT placement_room_same_enterprise;
            ALTER TABLE people_placement DROP CONSTRAINT placement_team_same_enterprise;
            ALTER TABLE people_placement DROP CONSTRAINT placement_of_employment;
            ALTER TABLE people_employment DROP CONSTRAINT employment_of_enterprise;
            ALTER TABLE territory_team DROP CONSTRAINT team_of_enterprise;
            """,
        ),
    ]

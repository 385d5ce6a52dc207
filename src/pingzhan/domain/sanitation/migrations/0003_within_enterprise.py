from django.db import migrations


class Migration(migrations.Migration):
    """The canteen of a meal and of a check lies in the enterprise of the row."""

    dependencies = [
        ("sanitation", "0002_canteen"),
        ("territory", "0002_within_enterprise"),
    ]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE sanitation_canteenmeal ADD CONSTRAINT canteen_meal_same_enterprise
                FOREIGN KEY (site_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE sanitation_kitchencheck ADD CONSTRAINT kitchen_check_same_enterprise
                FOREIGN KEY (site_id, enterprise_id) REFERENCES territory_site (id, enterprise_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE sanitation_canteenmeal DROP CONSTRAINT canteen_meal_same_enterprise;
            ALTER TABLE sanitation_kitchencheck DROP CONSTRAINT kitchen_check_same_enterprise;
            """,
        ),
    ]

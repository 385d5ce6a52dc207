"""The numbers of drill worlds: a sequence, so that no two drills ever share one, not even after a rollback."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("drills", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE drills_world AS integer", "DROP SEQUENCE drills_world"),
    ]

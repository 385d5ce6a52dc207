from django.db import migrations


class Migration(migrations.Migration):
    """What retention empties of visits and appointments is taken out of their history too, old rows included."""

    dependencies = [
        ("gate", "0002_within_enterprise"),
    ]

    operations = [
        migrations.RemoveField(model_name="appointmenthistory", name="company"),
        migrations.RemoveField(model_name="appointmenthistory", name="plate"),
        migrations.RemoveField(model_name="visithistory", name="company"),
        migrations.RemoveField(model_name="visithistory", name="plate"),
    ]

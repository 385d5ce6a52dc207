"""Contacts get a place for their sealed form."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_row_history"), ("privacy", "0003_erasures")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="subject",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="official",
                to="privacy.subject",
                verbose_name="个人信息主体",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="sealed",
            field=models.BinaryField(null=True, editable=False, verbose_name="号码或地址"),
        ),
        migrations.AddField(
            model_name="contact",
            name="digest",
            field=models.BinaryField(null=True, editable=False, verbose_name="号码或地址的摘要"),
        ),
        migrations.RemoveConstraint(model_name="contact", name="contact_complete"),
        migrations.RemoveConstraint(model_name="contact", name="contact_once"),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0010_inquiries"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rawmessage",
            name="compressed",
            field=models.BinaryField(null=True, help_text="Empty: they lie in the raw storage."),
        ),
    ]

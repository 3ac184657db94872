from django.db import migrations, models

# A question and its answer show on open pages, as everything that decides who sees what.
TELL = """
CREATE TRIGGER tell_of_sharing AFTER INSERT OR DELETE OR UPDATE OF answer ON accounts_accessrequest
FOR EACH STATEMENT EXECUTE FUNCTION postroom_tell_of_sharing();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_reach_of_sharing"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessrequest",
            name="told_at",
            field=models.DateTimeField(blank=True, help_text="The owner, by email.", null=True),
        ),
        migrations.RunSQL(TELL, "DROP TRIGGER tell_of_sharing ON accounts_accessrequest"),
    ]

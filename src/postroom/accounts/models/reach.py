"""The words of sharing: with whom a choice reaches, and how much of an email it shows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Sharing(models.TextChoices):
    """Who besides the owner sees an account's mail with leads and contacts. Design §7."""

    PRIVATE = "private", "Private"
    CUSTOM = "custom", "Custom"
    PUBLIC = "public", "Public"


class Sight(models.IntegerChoices):
    """How much of an email somebody sees; each level holds the ones below it."""

    NOTHING = 0, "Nothing"
    WHEN = 1, "Who and when"
    SUBJECT = 2, "Subject too"
    EVERYTHING = 3, "Everything"


SHOWN = [(sight.value, sight.label) for sight in Sight if sight]


class Reach(models.Model):
    """How far custom and public sharing go: how much they show, and to which colleagues.

    Named users and roles as ids: who was removed simply matches nobody, and an emptied list never
    turns into everyone.
    """

    sight = models.PositiveSmallIntegerField(choices=SHOWN, default=Sight.EVERYTHING)
    is_to_all = models.BooleanField(default=True)
    to_users = ArrayField(models.BigIntegerField(), default=list, blank=True)
    to_roles = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True

"""Searches that somebody keeps under a name."""

from django.db.models import QuerySet
from django.db.models.functions import Lower

from postroom.team.models import SavedSearch, User
from postroom.team.written_once import written_once

MOST_SAVED = 50


@written_once()
def searches_of(user: int) -> QuerySet[SavedSearch]:
    """What they keep, by name."""
    return SavedSearch.objects.filter(user=user)


def keep(user: User, name: str, words: str) -> bool:
    """Keep a search; False when there are as many as a page can show."""
    saved = SavedSearch.objects.filter(user=user)
    same = saved.annotate(lower=Lower("name")).filter(lower=name.lower())
    if same.update(name=name, words=words):
        return True
    if saved.count() >= MOST_SAVED:
        return False
    SavedSearch.objects.create(user=user, name=name, words=words)
    return True

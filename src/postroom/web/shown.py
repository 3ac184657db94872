"""What a page is about, or the answer that there is no such thing."""

from typing import TypeVar

from django.http import Http404

Shown = TypeVar("Shown")


def shown_or_404(found: Shown | None) -> Shown:
    """What was found."""
    if found is None:
        raise Http404
    return found

"""The tabs of Email Configuration, each a page of its own. Reference: Set up IMAP Account."""

from dataclasses import dataclass

from postroom.team.models import User


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside the others; some are for administrators alone."""

    word: str
    page: str
    is_for_administrators: bool = False


TABS = (Tab("Email", "email-configuration"),)


def tabs_for(viewer: User) -> list[Tab]:
    """The tabs the viewer may open."""
    return [tab for tab in TABS if viewer.is_administrator or not tab.is_for_administrators]

"""The tabs of Email Configuration, each a page of its own. Reference: Set up IMAP Account."""

from dataclasses import dataclass

from postroom.team.models import Permission, User
from postroom.team.permissions import may


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside the others; some are for administrators, or take a permission."""

    word: str
    page: str
    is_for_administrators: bool = False
    needs: Permission | None = None

    def is_open_to(self, viewer: User) -> bool:
        """Whether the viewer may open it."""
        if self.is_for_administrators and not viewer.is_administrator:
            return False
        return self.needs is None or may(viewer, self.needs)


TABS = (
    Tab("Email", "email-configuration"),
    Tab("Health", "mailbox-health", needs=Permission.MANAGE_EMAIL_SETTINGS),
    Tab("Email Sharing", "sharing-of-all", is_for_administrators=True),
    Tab("Open notices", "open-notices", is_for_administrators=True),
    Tab("Cleanup Policy", "cleanup-policy", is_for_administrators=True),
    Tab("Sign-in services", "sign-in-services", is_for_administrators=True),
)


def tabs_for(viewer: User) -> list[Tab]:
    """The tabs the viewer may open."""
    return [tab for tab in TABS if tab.is_open_to(viewer)]

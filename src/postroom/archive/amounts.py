"""How much there is, all mailboxes together: figures for whoever watches over Postroom."""

from postroom.archive.models import Action, ActionState, Email
from postroom.archive.wall import round_the_wall


@round_the_wall()
def count_emails() -> int:
    """Emails that are here, whoever may see them."""
    return Email.objects.count()


def count_waiting_actions() -> int:
    """Changes made here that the mail servers do not know of yet."""
    return Action.objects.filter(state=ActionState.ASKED).count()

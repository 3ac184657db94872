"""The action log: shown here at once, done on the server after the commit, safe to repeat."""

from datetime import datetime

from django.db import transaction

from postroom.archive.announce import announce_emails, announce_work
from postroom.archive.folders import look_again
from postroom.archive.models import Action, ActionKind, ActionState, Email, Folder, ServerCopy
from postroom.archive.record import lock_account, refresh_flags

SEEN_AFTER = {ActionKind.MARK_READ: True, ActionKind.MARK_UNREAD: False}


@transaction.atomic
def ask_for(kind: ActionKind, email: Email, now: datetime) -> Action:
    """Change the email here and ask the engine to change it on the server."""
    lock_account(email.account_id)
    Action.objects.filter(email=email, state=ActionState.ASKED, kind__in=SEEN_AFTER).delete()
    action = Action.objects.create(account=email.account, email=email, kind=kind, asked_at=now)
    ServerCopy.objects.filter(email=email).update(is_seen=SEEN_AFTER[kind])
    refresh_flags({email.pk})
    announce_emails(email.account_id, {email.pk})
    announce_work(email.account_id)
    return action


def asked_actions(account_id: int) -> list[Action]:
    """What the server is still to be told for an account, oldest first."""
    return list(
        Action.objects.filter(account=account_id, state=ActionState.ASKED).select_related("email")
    )


@transaction.atomic
def finish(action: Action, now: datetime, refusal: str = "") -> None:
    """The server did it, or refused with these words; then what it holds is shown here again."""
    action.state = ActionState.REFUSED if refusal else ActionState.DONE
    action.finished_at = now
    action.refusal = refusal
    action.save(update_fields=["state", "finished_at", "refusal"])
    if refusal:
        for folder in Folder.objects.filter(copies__email=action.email_id).distinct():
            look_again(folder)

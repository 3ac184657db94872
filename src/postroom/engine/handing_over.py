"""Hand a mailbox over: its case of clean-up ends, its people are told, its engine goes on."""

from datetime import datetime

from django.db import transaction

from postroom.accounts.handing_over import HandingOver, hand_over, refuse
from postroom.accounts.models import Activation, EmailAccount
from postroom.accounts.shares import announce_sharing
from postroom.archive.announce import announce_account
from postroom.cleanup.keeping import keep
from postroom.cleanup.models import Case
from postroom.engine.starting import start_keeping
from postroom.outbox.handovers import write_handover
from postroom.rules.handing_over import hand_rules_over
from postroom.team.models import User


def hand_mailbox_over(
    account: EmailAccount, wish: HandingOver, by: User | None, now: datetime
) -> None:
    """All of it or nothing; open pages hear of it. Raises HandingOverRefused."""
    before = account.owner
    with transaction.atomic():
        refuse(account, wish, by)
        if Case.objects.filter(account=account).exists():
            keep(account, by, now)
        hand_over(account, wish, by, now)
        account.refresh_from_db()
        rules = hand_rules_over(account, account.owner)
        write_handover(account, before, by, now, rules)
        announce_sharing()
        announce_account(account.pk)
    if account.activation == Activation.ACTIVE:
        start_keeping(account)

"""What a mailbox's page says of its sharing: what holds, why, and the owner's own choice."""

from typing import Any

from postroom.accounts.models import EmailAccount
from postroom.accounts.sharing_rules import in_force_of, reason_in
from postroom.accounts.terms import Names, chosen, holding
from postroom.web.mailbox.terms_form import TermsForm

MODES = [
    ("private", "Private – only you see these emails"),
    ("custom", "Custom – colleagues see them for the people you choose"),
    ("public", "Public – colleagues see your emails with leads and contacts"),
]


def sharing_context(account: EmailAccount) -> dict[str, object]:
    """Where an administrator decided, what and why, instead of the form."""
    in_force = in_force_of(account)
    own, now = chosen(account), holding(in_force)
    names = Names.in_all([own, now])
    return {
        "is_set": in_force.is_set,
        "holds": names.words(now),
        "chosen": names.words(own),
        "why": reason_in(in_force.rule, reader=account.owner),
        "sharing_form": None if in_force.is_set else own_form(account),
    }


def own_form(account: EmailAccount, typed: Any = None) -> TermsForm:
    """The owner's form."""
    return TermsForm(typed, chosen(account), MODES, apart_from=account.owner)

"""What the organisation wants of everyone's sign-in, and who may use a password."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from postroom.team.audit import note
from postroom.team.models import Act, Organisation, User

RULES: Final = {
    "second_factor_required": ("second factor wanted of everyone", "no second factor wanted"),
    "passwords_for_all": ("passwords for everyone", "passwords for administrators alone"),
}


@transaction.atomic
def change_rules(chosen: Mapping[str, bool], by: User | None, now: datetime) -> None:
    """Keep what was chosen; each change is written down."""
    organisation = Organisation.get()
    for rule, (on, off) in RULES.items():
        value = chosen.get(rule, getattr(organisation, rule))
        if value != getattr(organisation, rule):
            setattr(organisation, rule, value)
            note(Act.DOOR_CHANGED, by, organisation.name, now, on if value else off)
    organisation.save(update_fields=list(RULES))


def may_use_password(user: User) -> bool:
    """Whether the user may come in with a password: administrators always, as others may not."""
    return user.is_administrator or Organisation.get().passwords_for_all

"""What a password may not be made of: Postroom's own name and the organisation's."""

from django.core.exceptions import ValidationError

from postroom.team.models import Organisation

LEFT = 8


class NoContextWords:
    """Without these words, enough of it has to be left. ASVS 5.0, 6.2.11."""

    needs_tables = True

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for one that whoever knows the place would try first."""
        rest = password.casefold()
        for word in context_words():
            rest = rest.replace(word, "")
        if len(rest) < min(LEFT, len(password)):
            raise ValidationError(self.get_help_text(), code="context_words")

    def get_help_text(self) -> str:
        """What to do."""
        return "It is mostly the name of Postroom or of your organisation. Choose other words."


def context_words() -> list[str]:
    """Those names, and the words that the organisation's is made of."""
    name = Organisation.get().name.casefold()
    return ["postroom", name, *(word for word in name.split() if len(word) > 3)]

"""What all refusals have: a sentence that whoever asked can read."""


class Refusal(Exception):
    """Nothing was done; the sentence says why and what to do, `field` where to mend it in a form.

    The front doors tell it: a page at its top or at the field, the command line with status 1.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field

    @property
    def sentence(self) -> str:
        """Why, and what to do."""
        return str(self)

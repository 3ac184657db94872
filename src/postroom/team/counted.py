"""A number with its noun, as people write it."""


def counted(number: int, one: str, more: str = "") -> str:
    """`1 email`, `1,204 emails`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"

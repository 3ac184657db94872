"""Row ids in URLs: numbers a database row can have; all else names nothing."""

from django.urls.converters import IntConverter


class RowId(IntConverter):
    """An id of at most 18 digits: PostgreSQL's bigint refuses longer ones with an error."""

    regex = "[0-9]{1,18}"


def parse_row_id(text: str) -> int:
    """Read an id from a query; raises ValueError for all that cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(text)
    return int(text)

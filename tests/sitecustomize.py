"""Python reads this where `tests` is on its path: Postroom's processes note what they say."""

import wire_words

wire_words.listen()

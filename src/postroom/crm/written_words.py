"""What is written in notes and tasks as the words by which it is found, in any script."""

from collections import defaultdict

from postroom.mime.words import folded_words

# PostgreSQL: a position is at most 16,383, and a word has 256 of them.
MOST_WORDS, MOST_PLACES = 12_000, 255


def vector_of(text: str) -> str:
    """A text as PostgreSQL reads a vector; words hold letters and digits alone."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(folded_words(text, MOST_WORDS), 1):
        if len(places[word]) < MOST_PLACES:
            places[word].append(str(place))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())

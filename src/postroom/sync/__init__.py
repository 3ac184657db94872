"""From a mail server into the archive, provably complete.

Nothing is imported here: the parser's own process loads `sync.parsing` and must stay small.
"""

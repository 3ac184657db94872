"""From a mail server into the archive, provably complete."""

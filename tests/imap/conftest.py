"""What the tests of `imap` share."""

from hypothesis import settings

# How long one example takes says more about the neighbours on this machine than about us.
settings.register_profile("imap", deadline=None)
settings.load_profile("imap")

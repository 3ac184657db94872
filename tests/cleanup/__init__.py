"""The end of mail here."""

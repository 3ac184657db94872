"""Emails as files, for whoever may read them: mbox, .eml, one JSON object a line."""

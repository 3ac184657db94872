"""Old mail from files, mbox and .eml, into the history of people."""

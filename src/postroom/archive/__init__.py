"""The stored mail: folders, emails, participants, server copies, raw messages."""

"""What is known of a person: all of it handed out, or erased so that it stays gone."""

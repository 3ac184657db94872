"""Pages on which what is known of a person is handed out, or erased."""

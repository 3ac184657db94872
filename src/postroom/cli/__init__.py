"""The command line, postroom."""

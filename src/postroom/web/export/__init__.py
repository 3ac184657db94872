"""Pages from which emails are taken along as files."""

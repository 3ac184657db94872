"""What templates may say: see `postroom`, which every template has at hand."""

"""Pages: Cleanup Policy, for administrators."""

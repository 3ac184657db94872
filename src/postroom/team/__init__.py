"""The people who use Postroom: users, roles, permissions, the organisation, the audit log."""

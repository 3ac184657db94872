"""The people Postroom is about: leads and contacts, their companies, their deals."""

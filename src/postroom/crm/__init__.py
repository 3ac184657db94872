"""The people Postroom is about: leads and contacts, their addresses, their companies."""

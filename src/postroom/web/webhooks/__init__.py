"""You › Webhooks: which programs are told of one's mail."""

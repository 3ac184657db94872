"""The catalogue of mail services, their error hints, and reading of auto-configuration."""

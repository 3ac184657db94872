"""The catalogue of services, and what their servers' words mean."""

"""REST for programs at /api/v1/, and figures for Prometheus."""

"""Deals: their list, the board, a deal's page, and the pipeline that administrators shape."""

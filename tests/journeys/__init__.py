"""Whole journeys: Postroom's own commands against real servers, one file per heading."""

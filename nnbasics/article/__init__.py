"""The article as data: its figures."""

"""The experiments drawn: one file for each, its plots on axes and its figure."""

"""Checks for coursework: a task, its right answer by torch, and the mistakes that students make."""

"""Section 9, batch sizes: the verdicts, and a world for each in which it is another."""

EXPECTED = {"batch-full": "holds if", "batch-single": "holds if", "batch-mini": "holds"}
WORLDS = {
    "batch-full": {"size": 1, "other": 128},
    "batch-single": {"size": 128},
    "batch-mini": {"size": 1, "low": 16},
}

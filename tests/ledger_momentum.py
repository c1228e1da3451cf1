"""Section 10, momentum: the verdicts, and a world for each in which it is another."""

EXPECTED = {"momentum-average": "holds if", "momentum-faster": "holds if", "momentum-damps": "holds if"}
WORLDS = {
    "momentum-average": {"dampening": 0.9},
    "momentum-faster": {"momentum": 0.0},
    "momentum-damps": {"momentum": 0.0},
}

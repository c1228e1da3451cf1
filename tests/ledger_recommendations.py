"""Section 11, initializations and optimizers: the verdicts, and a world for each in which it is another."""

EXPECTED = {"init-decides": "holds", "init-first": "holds if", "optimizer-first": "holds"}
WORLDS = {
    "init-decides": {"depth": 1},
    "init-first": {"relu": "small"},
    "optimizer-first": {"names": ("sgd", "adam")},
}

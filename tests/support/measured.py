"""Each experiment's quick look, measured once for all tests."""

from __future__ import annotations

from functools import cache

import nnbasics as nb
from nnbasics.experiments.verdicts import Result


@cache
def quick(name: str) -> Result:
    """Shared: a test that changes it changes it for all."""
    return nb.run_experiment(name, quick=True)

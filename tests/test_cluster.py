"""The example of a cluster, run on one of two processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import LONG, environment

import nnbasics as nb

EXAMPLE = Path(__file__).parents[1] / "examples" / "cluster" / "on_dask.py"


def test_a_dask_cluster_finds_what_one_process_finds(tmp_path):
    pytest.importorskip("distributed", reason='dask is not installed: pip install "dask[distributed]"')
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=LONG
    )
    assert done.returncode == 0, done.stderr
    alone = [
        f"{judgement.claim.id} {judgement.verdict}"
        for judgement in nb.run_claims(["softmax-temperature", "mse-outliers", "bce-saturated"])
    ]
    result = nb.run_experiment("symmetry", seeds=range(200))
    judged = nb.judge_experiment("symmetry", result)
    alone += [f"{id} {judgement.verdict} {judgement.evidence('en')}" for id, judgement in judged.items()]
    assert done.stdout.splitlines() == alone

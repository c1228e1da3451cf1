"""Measure on a Dask cluster. Here it is two processes of this machine: `pip install "dask[distributed]"`, and run this.

在 Dask 集群上测量。这里的集群只是本机的两个进程：先 `pip install "dask[distributed]"`，再运行本文件。
"""

from dask.distributed import Client, LocalCluster
from joblib import Parallel, delayed, parallel_config

import nnbasics as nb
from nnbasics.experiments.symmetry import WORLDS
from nnbasics.experiments.verdicts import Result


def main(seeds=200):
    # Your own cluster is Client("tcp://scheduler:8786"). One thread a worker: torch has one random state a process.
    # 自己的集群写作 Client("tcp://scheduler:8786")。每个 worker 一个线程：torch 的随机状态每个进程只有一份。
    with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster), parallel_config(backend="dask"):
        # An experiment is a task; any number of jobs above 1 takes all workers of the cluster.
        # 一个实验是一个任务；jobs 只要大于 1，就用上集群里全部的 worker。
        for judgement in nb.run_claims(["softmax-temperature", "mse-outliers", "bce-saturated"], jobs=2):
            print(judgement.claim.id, judgement.verdict)

        # Many seeds, many worlds: a world is a task.
        # 种子多、情形多：一种情形是一个任务。
        tasks = (delayed(nb.run_experiment)("symmetry", worlds=[world], seeds=range(seeds)) for world in WORLDS)
        found = {world: result.first for world, result in zip(WORLDS, Parallel()(tasks), strict=True)}
    result = Result("symmetry", found)
    for id, judgement in nb.judge_experiment("symmetry", result).items():
        print(id, judgement.verdict, judgement.evidence("en"))
    return result


if __name__ == "__main__":
    main()

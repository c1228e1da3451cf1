"""Chinese for the experiments on batches, learning rates and schedules."""

ZH: dict[str, str] = {}

"""Chinese for the experiments on optimizers."""

ZH: dict[str, str] = {}

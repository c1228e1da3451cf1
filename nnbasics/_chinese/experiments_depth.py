"""Chinese for the experiments on initialization and depth."""

ZH: dict[str, str] = {}

"""Chinese for the experiments on optimizers."""

ZH: dict[str, str] = {
    # optimizer-paths
    # optimizer-race
    # momentum-rates
    # adam-bias-correction
}

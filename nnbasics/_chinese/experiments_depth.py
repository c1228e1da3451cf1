"""Chinese for the experiments on initialization and depth."""

ZH: dict[str, str] = {
    # linear-collapse
    # decision-boundary
    # symmetry
    # gallery/_depth.py
    # signal-by-depth
    # gradient-by-depth
}

"""Broadcasting: the verdicts, and for each a world in which it is another."""

import nnbasics as nb


def fill_on_the_right(first, second):
    """Rule 1 turned round: what is missing is filled up on the right."""
    rank = max(len(first), len(second))
    return nb.explain_broadcast(*((*shape, *(1,) * (rank - len(shape))) for shape in (first, second)), lang="en").shape


EXPECTED = dict.fromkeys(("broadcast-rules", "broadcast-numpy", "broadcast-example", "broadcast-refused"), "holds")
WORLDS = {
    "broadcast-rules": {"rules": fill_on_the_right},
    "broadcast-numpy": {"rules": fill_on_the_right},
    "broadcast-example": {"b": (1, 2, 3)},
    "broadcast-refused": {"shapes": ((3,), (2, 3))},
}

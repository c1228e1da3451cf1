"""What an exercise is: a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..text import Text
from .compare import difference

Case = Mapping[str, Any]


class Mistake:
    """Wrong solutions that students write, and what to say to whoever gives the same answers as one of them."""

    def __init__(self, hint: Text, *wrong: Callable[..., Any]) -> None:
        self.hint, self.wrong = hint, wrong


def call(function: Callable[..., Any], case: Case) -> Any:
    """Hand the case to the function, its values by position."""
    return function(*case.values())


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise.

    Attributes:
        id: Its name, stable.
        section: The article's section that it belongs to, 1 to 10.
        arguments: The names of the arguments, as they stand in a `def`.
        task: What to write, with the formula, the shapes, and what to return.
        reference: The right answer, by torch's own function where there is one.
        fixed: The edge cases, argument -> value; the first is the example of the task.
        draw: A random case: `draw(generator, size)`, size from 1 up, larger ones being larger cases.
        mistakes: The known wrong solutions. One counts as made where it explains what was returned.
        run: How a solution is called on a case, and what of it is compared.
        difference: What is wrong with an answer: `difference(expected, got)`, None if nothing is.
    """

    id: str
    section: int
    arguments: str
    task: Text
    reference: Callable[..., Any]
    fixed: Callable[[], Sequence[Case]]
    draw: Callable[[torch.Generator, int], Case] | None = None
    mistakes: tuple[Mistake, ...] = ()
    run: Callable[[Callable[..., Any], Case], Any] = call
    difference: Callable[[Any, Any], Text | None] = difference

    @property
    def function(self) -> str:
        """The name that the student's function has in the texts."""
        return self.id.replace("-", "_")

    @property
    def signature(self) -> str:
        """The first line of the student's function, without `def`."""
        return f"{self.function}({self.arguments})"


def numbers(*values: Any) -> Tensor:
    """A tensor of float64 on the CPU."""
    return torch.tensor(values[0] if len(values) == 1 else values, dtype=torch.float64, device="cpu")


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    """Numbers from N(0, 1), float64, on the CPU."""
    return torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")


def classes(generator: torch.Generator, rows: int, count: int) -> Tensor:
    """Class indices, shape (rows,), int64, on the CPU."""
    return torch.randint(count, (rows,), generator=generator, device="cpu")


def uniform(generator: torch.Generator, low: float, high: float) -> float:
    """A number between `low` and `high`."""
    return low + (high - low) * float(torch.rand((), generator=generator, dtype=torch.float64, device="cpu"))


def integer(generator: torch.Generator, low: int, high: int) -> int:
    """An integer from `low` to `high`, both possible."""
    return int(torch.randint(low, high + 1, (), generator=generator, device="cpu"))

"""The Chinese for every English text that a person sees, a file for each part of the package.

The English text is the key; a text stands in one file only, whoever else uses it.
"""

from . import (
    commands,
    exercises,
    figures,
)

ZH: dict[str, str] = {}
for part in (
    commands,
    figures,
    exercises,
):
    if twice := ZH.keys() & part.ZH.keys():
        raise ValueError(f"{part.__name__} repeats {sorted(twice)}.")
    ZH.update(part.ZH)

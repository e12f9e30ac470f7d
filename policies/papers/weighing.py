"""What the signs say together: a logistic function over those that are shown, its weights kept in the pack."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BIAS = "bias"


class WeightError(ValueError):
    """The weights cannot be used; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The weight of each sign, in the logit."""

    weights: Mapping[str, float] = field(repr=False)

    def weigh(self, shown: Iterable[str]) -> float:
        """How surely a paper that shows these is official and not published, 0.0 to 1.0."""
        total = self.weights[BIAS] + sum(self.weights[name] for name in sorted(shown))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def read_weights(name: str, lines: Iterable[str], names: Iterable[str]) -> Scale:
    """A scale from lines of name and weight, parted by a tab. Raises WeightError unless exactly `names` have one."""
    found: dict[str, float] = {}
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if not line.strip() or line.startswith("#"):
            continue
        sign, _, weight = line.partition("\t")
        try:
            found[sign] = float(weight)
        except ValueError:
            raise WeightError(f"{name}, line {number}: wants a sign and its weight") from None
    wanted = {BIAS, *names}
    if set(found) != wanted:
        odd = ", ".join(sorted(wanted ^ set(found)))
        raise WeightError(f"{name}: was made for other signs ({odd}); run: make papers-model")
    return Scale(found)

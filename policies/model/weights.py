"""The trained model as it is shipped: for every block its features with their weights, and the calibration.

One compressed file of numpy arrays: names as UTF-8 joined by newlines, weights in half precision.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.model.features import BLOCKS

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `place[name]` is the row of a feature; `rows` is (features, outputs + 1).

    The first columns hold weight times idf, one an output; the last idf squared, for the block's length, to which a
    feature that is not in the block adds `unknown`. `floor` is a squared length that is added to every text's, so that a
    text of few features does not speak as loud as one of many.
    """

    place: Mapping[str, int]
    rows: Floats
    unknown: float
    floor: float


@dataclass(frozen=True, slots=True)
class Named:
    """What each of some named inputs adds to the hidden units: `rows` is (names, hidden)."""

    names: tuple[str, ...]
    rows: Floats


@dataclass(frozen=True, slots=True)
class Fusion:
    """A network of one hidden layer over the outputs z, the roles found and the flags of the text's shape.

    Hidden: h = max(0, z @ of_scores + the rows of what occurs + bias); of_scores is (outputs, hidden). The clauses'
    logits are h @ output + offset; output is (hidden, clauses).
    """

    of_scores: Floats
    roles: Named
    flags: Named
    bias: Floats
    output: Floats
    offset: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """A whole model. Its outputs z are one a clause and the helpers; `bias` is (outputs,)."""

    clauses: tuple[str, ...]
    blocks: Mapping[str, Block]
    bias: Floats
    fusion: Fusion
    version: str


def save_weights(weights: Weights, path: Path) -> None:
    """Write a model file; the same model gives the same bytes."""
    arrays: dict[str, Any] = {
        "clauses": np.array("\n".join(weights.clauses)),
        "version": np.array(weights.version),
        "bias": weights.bias,
        "of_scores": weights.fusion.of_scores,
        "hidden_bias": weights.fusion.bias,
        "output": weights.fusion.output,
        "offset": weights.fusion.offset,
    }
    for name, block in weights.blocks.items():
        ordered = sorted(block.place, key=block.place.__getitem__)
        arrays[f"{name}_names"] = np.frombuffer("\n".join(ordered).encode(), dtype=np.uint8)
        arrays[f"{name}_rows"] = block.rows.astype(np.float16)
        arrays[f"{name}_lengths"] = np.array([block.unknown, block.floor], dtype=np.float32)
    for kind, named in (("role", weights.fusion.roles), ("flag", weights.fusion.flags)):
        arrays[f"hidden_{kind}_names"] = np.array("\n".join(named.names))
        arrays[f"hidden_{kind}_rows"] = named.rows
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    path.write_bytes(buffer.getvalue())


def load_weights(content: bytes) -> Weights:
    """Read a model file's content."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        blocks = {}
        for name in BLOCKS:
            joined = arrays[f"{name}_names"].tobytes().decode()
            names = joined.split("\n") if joined else []
            # In row order, whatever the file's: single rows are taken out of it for every message.
            rows = arrays[f"{name}_rows"].astype(np.float32, order="C")
            unknown, floor = arrays[f"{name}_lengths"].tolist()
            place = {feature: row for row, feature in enumerate(names)}
            blocks[name] = Block(place, rows, unknown, floor)
        roles, flags = (
            Named(tuple(str(arrays[f"hidden_{kind}_names"]).split("\n")), arrays[f"hidden_{kind}_rows"])
            for kind in ("role", "flag")
        )
        return Weights(
            clauses=tuple(str(arrays["clauses"]).split("\n")),
            blocks=blocks,
            bias=arrays["bias"].astype(np.float32),
            fusion=Fusion(
                arrays["of_scores"], roles, flags, arrays["hidden_bias"], arrays["output"], arrays["offset"]
            ),
            version=str(arrays["version"]),
        )

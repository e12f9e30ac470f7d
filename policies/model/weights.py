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
class Weights:
    """A whole model. Its outputs z are one a clause and the helpers; `bias` is (outputs,), `fusion` (clauses, outputs).

    The probabilities of the clauses are sigmoid(fusion @ z + offset); `offset` is (clauses,).
    """

    clauses: tuple[str, ...]
    blocks: Mapping[str, Block]
    bias: Floats
    fusion: Floats
    offset: Floats
    version: str


def save_weights(weights: Weights, path: Path) -> None:
    """Write a model file; the same model gives the same bytes."""
    arrays: dict[str, Any] = {
        "clauses": np.array("\n".join(weights.clauses)),
        "version": np.array(weights.version),
        "bias": weights.bias,
        "fusion": weights.fusion,
        "offset": weights.offset,
    }
    for name, block in weights.blocks.items():
        ordered = sorted(block.place, key=block.place.__getitem__)
        arrays[f"{name}_names"] = np.frombuffer("\n".join(ordered).encode(), dtype=np.uint8)
        arrays[f"{name}_rows"] = block.rows.astype(np.float16)
        arrays[f"{name}_lengths"] = np.array([block.unknown, block.floor], dtype=np.float32)
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
            rows = arrays[f"{name}_rows"].astype(np.float32)
            unknown, floor = arrays[f"{name}_lengths"].tolist()
            place = {feature: row for row, feature in enumerate(names)}
            blocks[name] = Block(place, rows, unknown, floor)
        return Weights(
            clauses=tuple(str(arrays["clauses"]).split("\n")),
            blocks=blocks,
            bias=arrays["bias"].astype(np.float32),
            fusion=arrays["fusion"].astype(np.float32),
            offset=arrays["offset"].astype(np.float32),
            version=str(arrays["version"]),
        )

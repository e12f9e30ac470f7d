"""Matrix, through matrix-nio: encrypted and plain rooms, bridged ones among them."""

from bot.platforms.matrix.platform import MatrixPlatform

__all__ = ["MatrixPlatform"]

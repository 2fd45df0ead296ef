"""Left for imports by its old place."""

from tests.support.probed import Probed

__all__ = ["Probed"]

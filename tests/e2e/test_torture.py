"""A minute of tests/torture: see there."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "torture"))

from torture import Torture  # noqa: E402


class ShortTorture(unittest.TestCase):
    def test_a_minute(self):
        figures = Torture(45, 20261011).run()
        self.assertGreaterEqual(figures["rounds"], 5)
        self.assertGreater(figures["acknowledged"], 500)
        self.assertGreater(figures["must"], 0)


if __name__ == "__main__":
    unittest.main()

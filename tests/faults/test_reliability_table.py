#!/usr/bin/env python3
"""docs/reliability.md names tests that are there: each `faults_NAME` has its file, each number its case in the file named last."""
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TEXT = (HERE.parents[1] / "docs/reliability.md").read_text()
ROWS = re.findall(r"(?m)^\| (\d+) \|(?:.*\|){2,} (.+) \|$", TEXT)  # number, tests


class ReliabilityTable(unittest.TestCase):
    def test_rows_are_numbered_and_thirty_or_more(self):
        numbers = [int(number) for number, _ in ROWS]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreaterEqual(len(numbers), 30)

    def test_each_test_is_there(self):
        names = "\n".join(path.read_text() for path in HERE.parent.rglob("CMakeLists.txt"))
        for row, tests in ROWS:
            for group, cases in re.findall(r"`(\w+)`((?: [\d–, ]+)?)", tests):
                with self.subTest(row=row, group=group):
                    self.assertTrue(re.search(rf"\b({group}|{group.split('_', 1)[-1]})\b", names), "no such test")
                    text = (HERE / f"test_{group.removeprefix('faults_')}.py").read_text() if cases else ""
                    for first, last in re.findall(r"(\d\d)(?:–(\d\d))?", cases):
                        for case in range(int(first), int(last or first) + 1):
                            self.assertIn(f"def test_{case:02d}_", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)

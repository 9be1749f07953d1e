"""How many rows one table lacks and has too many, compared with another: CSV files and the datasets of HDF5 files."""
import collections

import h5py


def rows(path):
    """Each row with how often it occurs; nothing where the file cannot be read."""
    if path.suffix in (".h5", ".h5ad"):
        found = collections.Counter()

        def add(name, item):
            if isinstance(item, h5py.Dataset) and item.shape:
                found.update((name, row.tobytes() if hasattr(row, "tobytes") else row) for row in item[()])

        try:
            with h5py.File(path) as file:
                file.visititems(add)
        except OSError:
            return collections.Counter()
        return found
    return collections.Counter(path.read_bytes().splitlines())


def row_difference(expected, found):
    """(lost, doubled): rows missing in `found`, and rows of `expected` that it has more often. A row with another value is lost."""
    before, now = rows(expected), rows(found)
    return sum((before - now).values()), sum(count for row, count in (now - before).items() if row in before)

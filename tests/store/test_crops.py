"""h5py (the oracle) reads the crop store as docs/file-format.md lays it out. Argument: the store_probe program."""
import json
import subprocess
import sys

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

counts = [0 if i % 5 == 4 else 7 * i % 11 for i in range(12)]
total = sum(counts)
first = np.concatenate([[0], np.cumsum(counts)])
failed = np.repeat(np.arange(12) == 7, counts)
for kind, dtype in (("write-crops", np.uint16), ("write-crops8", np.uint8)):
    subprocess.run([sys.argv[1], kind, "crops.h5"], check=True, timeout=30)
    with h5py.File("crops.h5") as file:
        assert file.attrs["format"] == "cytoscale crop store" and file.attrs["format_version"] == 1
        assert json.loads(file.attrs["provenance"]) == {"job": "crop"}
        assert [c.decode() for c in file["channels"]] == ["DNA", "Actin"]
        assert np.array_equal(file["first_row"], first)
        state = np.asarray(file["field_state"])
        assert [i for i in range(12) if state[i] == 2] == [i for i in range(12) if i % 5 == 4 or i == 7]
        pixels, scaling = file["pixels"], file["scaling"]
        assert pixels.shape == (total, 2, 4, 4) and pixels.dtype == dtype and scaling.shape == (total, 2, 2)
        assert pixels.chunks is None and pixels.id.get_offset() is not None
        codes = 7 * np.arange(total)[:, None, None] + 3 * np.arange(2)[None, :, None] + np.arange(16)
        codes = (codes % 256 if dtype == np.uint8 else codes * 50).reshape(total, 2, 4, 4)
        assert np.array_equal(pixels[:][~failed], codes[~failed]) and not pixels[:][failed].any()
        assert np.isnan(scaling[:][failed]).all()
        assert np.array_equal(scaling[:][~failed, 1, 0], np.full((~failed).sum(), -1.0))
        assert np.array_equal(scaling[:][~failed, 0, 1], 0.5 * (np.arange(total)[~failed] + 1))
        # A cell lies at one place of the file: what the positioned reads of training rely on.
        with open("crops.h5", "rb") as raw:
            raw.seek(pixels.id.get_offset() + 3 * codes[0].size * np.dtype(dtype).itemsize)
            assert np.array_equal(np.frombuffer(raw.read(codes[3].size * np.dtype(dtype).itemsize), dtype), codes[3].ravel())
print("h5py", h5py.__version__, "reads the crop store")

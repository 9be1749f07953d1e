#!/usr/bin/env python3
"""`init` on what images say of themselves: OME-TIFFs of several channels, focal planes and points in time; and on real images.

Environment: as init_trees.py says.
"""
import shutil
import sys
import unittest

try:
    import h5py
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

from init_trees import DATA, FOLDER, SOURCE, Trees, fresh, np, program, rows_of, source_fields, tifffile


def cells_of(output):
    with h5py.File(output / "cells.h5") as file:
        return {name: file["cells"][name][:] for name in ("y", "x", "area_px")}


class Stacks(Trees):
    def stacks(self, name, axes, planes, names):
        """An OME-TIFF for each field, of what `planes` makes of [Tubulin, DNA, Actin]."""
        folder = fresh(name)
        for plate, well, site, files in source_fields():
            (folder / plate).mkdir(exist_ok=True)
            channels = [tifffile.imread(files[c]) for c in ("Tubulin", "DNA", "Actin")]
            metadata = {"axes": axes, **({"Channel": {"Name": names}} if names else {})}
            tifffile.imwrite(folder / plate / f"{well}_s{site}.ome.tif", planes(np.stack(channels)), ome=True, metadata=metadata)
        return folder

    def cells_as_of_source(self, output, *options):
        program("segment", "--manifest", SOURCE / "screen.csv", "--dna-channel=DNA", f"--output={FOLDER}/source_cells")
        program("segment", "--config", output / "screen.cfg", f"--output={output}/cells", *options)
        expected, seen = cells_of(FOLDER / "source_cells"), cells_of(output / "cells")
        self.assertGreater(len(seen["y"]), 100)
        for name in expected:
            np.testing.assert_array_equal(seen[name], expected[name], name)

    def test_ome_tiff_with_focal_planes(self):
        for axes, planes in (("ZCYX", lambda c: np.stack([c // 2, c, c // 3])), ("CZYX", lambda c: np.stack([c // 2, c, c // 3], axis=1))):
            folder = self.stacks("ome_" + axes, axes, planes, ["Tubulin", "DNA", "Actin"])
            output, said = self.init(folder, f"--platemap={FOLDER}/platemap.csv")
            self.assertIn("3 focal planes: z-plane = max", said)
            self.passes_check(output)
            self.cells_as_of_source(output)
        self.profiles(output)
        self.assertIn("There are 3, counted from 1", self.init(folder, "--z-plane=9", expect=2)[1])
        output, _ = self.init(folder, "--z-plane=2")
        self.passes_check(output)
        self.cells_as_of_source(output)

    def test_ome_tiff_without_names_and_in_time(self):
        folder = self.stacks("ome_plain", "CYX", lambda c: c, None)
        output, _ = self.init(folder)
        self.assertEqual(rows_of(output / "screen.csv")[0]["Frame_Channel2"], "1")
        self.passes_check(output)
        self.cells_as_of_source(output, "--dna-channel=Channel2")
        folder = self.stacks("ome_time", "TCYX", lambda c: np.stack([c, 0 * c]), ["Tubulin", "DNA", "Actin"])
        broken = next(folder.glob("*/*_s2.ome.tif"))
        broken.write_bytes(broken.read_bytes()[:100])
        output, said = self.init(folder)
        self.assertIn("1 files that cannot be read: " + str(broken.relative_to(folder)), said)
        self.assertEqual(len(rows_of(output / "screen.csv")), len(source_fields()) - 1)
        folder = self.stacks("ome_time", "TCYX", lambda c: np.stack([c, 0 * c]), ["Tubulin", "DNA", "Actin"])
        output, said = self.init(folder)
        self.assertIn("points in time after the first", said)
        self.assertIn("of which the first is taken", self.init(folder, "--time-point=2", expect=2)[1])
        output, _ = self.init(folder)
        self.passes_check(output)
        self.cells_as_of_source(output)


@unittest.skipUnless(DATA, "CYTOSCALE_TEST_DATA is not set: no real images here")
class RealImages(unittest.TestCase):
    def init(self, name, *options):
        output = FOLDER / (name.replace("/", "_") + ".init")
        shutil.rmtree(output, ignore_errors=True)
        said = program("init", DATA / name, f"--output={output}", *options)
        self.assertIn("no problem found", program("check", "--config", output / "screen.cfg"))
        return output, said

    def profiles(self, output):
        program("run", "--config", output / "screen.cfg", f"--output={output}/out", "--steps=3", "--crop-size=32", "--batch-size=16",
                "--bootstrap=0")
        self.assertTrue((output / "out/profiles.h5ad").exists() and (output / "out/metrics.json").exists())

    def test_sbs(self):
        output, said = self.init("sbs")
        self.assertIn("nuclei are in Channel2, by what its images look like. This is a guess", said)
        self.assertIn("dna-channel = Channel2", (output / "screen.cfg").read_text())
        rows = rows_of(output / "screen.csv")
        self.assertEqual(len(rows), 48)
        self.assertEqual({row["Metadata_Well"]: row["FileName_Channel2"] for row in rows},
                         {row["Metadata_Well"]: row["FileName_DNA"] for row in rows_of(DATA / "sbs/screen.csv")})

        self.profiles(output)

    def test_jump(self):
        output, said = self.init("jump")
        self.assertIn("nuclei are in ch5, by what its images look like", said)
        self.assertIn("dna-channel = ch5", (output / "screen.cfg").read_text())
        self.profiles(output)

    def test_loaddata(self):
        output, said = self.init("field/loaddata")
        self.assertIn("negative controls have Metadata_control_type=negcon", said)
        self.assertIn("nuclei are in ch1, the first channel: its images do not tell. This is a guess", said)
        rows = {(row["Metadata_Well"], row["Metadata_Site"]): row for row in rows_of(output / "screen.csv")}
        expected = rows_of(DATA / "field/loaddata/load_data.csv")
        self.assertEqual(len(rows), len(expected))
        for row in expected:
            mine = rows[row["Metadata_Well"], row["Metadata_Site"]]
            self.assertEqual(mine["Metadata_Plate"], row["Metadata_Plate"])
            for number, channel in enumerate(("Mito", "AGP", "RNA", "ER", "DNA"), 1):
                self.assertEqual((mine[f"FileName_ch{number}"], mine[f"PathName_ch{number}"].rstrip("/")),
                                 (row[f"FileName_Orig{channel}"], row[f"PathName_Orig{channel}"].rstrip("/")))
        self.profiles(output)


if __name__ == "__main__":
    unittest.main(verbosity=2)

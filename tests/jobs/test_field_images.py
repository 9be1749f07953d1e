#!/usr/bin/env python3
"""Images as people have them, through `segment` and `check`: signed values, white that is 0, PNG, 12 bits in 16, stacks with focal
planes; and illumination functions that the manifest names. Oracle: python3-tifffile.

Environment: as made_fields.py says.
"""
import csv
import shutil
import sys
import unittest

try:
    from PIL import Image
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

from made_fields import DATA, blobs, columns, h5py, np, run, screen, segment, tifffile

FIELD = DATA / "field/tiff" if DATA else None


def same_cells(test, a, b):
    for name in ("y", "x", "area_px", "mean_intensity", "border", "focus_score", "saturated_fraction"):
        np.testing.assert_array_equal(a[name], b[name], name)


@unittest.skipUnless(DATA, "CYTOSCALE_TEST_DATA is not set: no real images here")
class RealFields(unittest.TestCase):
    def test_03_signed_values_with_an_offset(self):
        plain, _ = segment("plain12", FIELD / "plain12.csv")
        shifted, said = segment("scanr", FIELD / "scanr_signed.csv")
        self.assertIn("channel DNA", said)
        self.assertIn("offset was taken off", said)
        same_cells(self, plain, shifted)
        self.assertGreater(len(plain["y"]), 15)
        self.assertIn("their offset is taken off", run("check", f"--manifest={FIELD / 'scanr_signed.csv'}", "--compound=Metadata_Compound",
                                                         "--treatment=Metadata_Compound", "--class=Metadata_Compound",
                                                         "--control=Metadata_Compound=DMSO", "--batch=Metadata_Plate"))

    def test_04_stacks(self):
        for name, options in (("ome_stack", ["--channels=AGP,DNA"]), ("ome_two_columns", [])):
            manifest = FIELD / f"{name}.csv"
            _, said = segment(f"{name}_none", manifest, *options, expect=2)
            self.assertIn("5 focal planes", said)
            self.assertIn("--z-plane", said)
            found, _ = segment(f"{name}_max", manifest, *options, "--z-plane=max")
            stack = tifffile.imread(FIELD / "stack.ome.tif", is_ome=True)
            self.assertEqual(stack.shape[:2], (2, 5))
            brightest = screen(f"{name}_brightest", [{"AGP": "agp.tif", "DNA": "dna.tif"}])
            for channel, file in enumerate(("agp.tif", "dna.tif")):
                tifffile.imwrite(brightest.parent / file, stack[channel].max(axis=0))
            expected, _ = segment(f"{name}_expected", brightest)
            same_cells(self, {**found, **({} if options else {k: found[k][..., ::-1] for k in ("focus_score", "saturated_fraction")})},
                       expected)

    def test_13_white_that_is_zero(self):
        black, _ = segment("black", FIELD / "minisblack.csv")
        white, _ = segment("white", FIELD / "miniswhite.csv")
        self.assertEqual(len(black["y"]), 22)
        same_cells(self, black, white)

    def test_20_png(self):
        found, _ = segment("png", FIELD / "deepprofiler_png.csv")
        self.assertGreater(len(found["y"]), 15)

    def test_21_twelve_bits_in_sixteen(self):
        found, _ = segment("plain12", FIELD / "plain12.csv")
        images = [tifffile.imread(FIELD / f"plain12_{channel}.tif") for channel in ("dna", "agp")]
        expected = [np.mean(image == 4095) if (image == 4095).sum() >= 10 else 0 for image in images]
        np.testing.assert_allclose(found["saturated_fraction"][0], expected, rtol=1e-6)
        self.assertGreater(max(expected), 0.01)


class MadeFields(unittest.TestCase):
    def test_stacks_that_tifffile_writes(self):
        """Names, axes and Z of OME-TIFF, ImageJ's hyperstack, a channel's focal planes in a file of its own."""
        dna = np.stack([blobs(1, height=height) for height in (500, 2000, 900)])
        agp = np.stack([blobs(2, count=5, height=height) for height in (700, 400, 1500)])
        stack = np.stack([dna, agp])  # C, Z, Y, X
        manifest = screen("made", [{"": "czyx.ome.tif"}])
        names = {"Channel": {"Name": ["DNA", "AGP"]}}
        folder = manifest.parent
        tifffile.imwrite(folder / "czyx.ome.tif", stack, metadata={"axes": "CZYX", **names})
        tifffile.imwrite(folder / "zcyx.ome.tif", stack.swapaxes(0, 1), metadata={"axes": "ZCYX", **names})
        tifffile.imwrite(folder / "imagej.tif", stack.swapaxes(0, 1), imagej=True, metadata={"axes": "ZCYX"})
        tifffile.imwrite(folder / "tiles.ome.tif", stack, metadata={"axes": "CZYX", **names}, tile=(64, 64), byteorder=">",
                         bigtiff=True, compression="zlib")
        tifffile.imwrite(folder / "dna.tif", dna, metadata=None, photometric="minisblack")
        tifffile.imwrite(folder / "agp.tif", agp, metadata=None, photometric="minisblack")
        for option, planes in (("max", stack.max(axis=1)), ("2", stack[:, 1])):
            expected = screen("made_plain", [{"DNA": "dna.tif", "AGP": "agp.tif"}])
            tifffile.imwrite(expected.parent / "dna.tif", planes[0])
            tifffile.imwrite(expected.parent / "agp.tif", planes[1])
            expected, _ = segment("made_plain", expected)
            self.assertEqual(len(expected["y"]), 12)
            for file in ("czyx.ome.tif", "zcyx.ome.tif", "imagej.tif", "tiles.ome.tif"):
                manifest.write_text(manifest.read_text().splitlines()[0] + f"\nP1,A01,1,DMSO,{file}\n")
                found, _ = segment("made", manifest, "--channels=DNA,AGP", f"--z-plane={option}")
                same_cells(self, found, expected)
            by_channel = screen("by_channel", [{"DNA": folder.absolute() / "dna.tif", "AGP": folder.absolute() / "agp.tif"}])
            found, _ = segment("by_channel", by_channel, f"--z-plane={option}")
            same_cells(self, found, expected)
            _, said = segment("by_channel_none", by_channel, expect=2)
            self.assertIn("3 pages for 1 channel", said)
        manifest.write_text(manifest.read_text().splitlines()[0] + "\nP1,A01,1,DMSO,czyx.ome.tif\n")
        _, said = segment("too_far", manifest, "--channels=DNA,AGP", "--z-plane=9", expect=2)
        self.assertIn("there are 3", said)
        run("segment", f"--manifest={manifest}", "--output=out/bad", "--channels=DNA,AGP", "--z-plane=best", expect=2)

    def test_one_field_stored_in_many_ways(self):
        plane = blobs(3).clip(0, 4095)
        plane[:3, :5] = 4095
        kinds = {
            "png16.png": lambda p: Image.fromarray(plane).save(p),
            "big.tif": lambda p: tifffile.imwrite(p, plane, byteorder=">"),
            "white.tif": lambda p: tifffile.imwrite(p, 65535 - plane, photometric="miniswhite"),
            "signed.tif": lambda p: tifffile.imwrite(p, (plane.astype(np.int32) - 32768).astype(np.int16)),
            "max.tif": lambda p: tifffile.imwrite(p, plane, extratags=[(281, "H", 1, 4095, True)]),
        }
        expected = screen("plain", [{"DNA": "plain.tif"}])
        tifffile.imwrite(expected.parent / "plain.tif", plane)
        expected, _ = segment("plain", expected)
        self.assertAlmostEqual(expected["saturated_fraction"][0, 0], np.mean(plane == 4095), places=7)
        self.assertEqual(len(expected["y"]), 12)
        for name, write in kinds.items():
            manifest = screen("stored", [{"DNA": name}])
            write(manifest.parent / name)
            found, _ = segment("stored", manifest)
            same_cells(self, found, expected)

    def test_08_illumination_functions_of_the_manifest(self):
        """Gains are the .npy files' values, bit for bit; crops are the pixels divided by them."""
        manifest = DATA / "field/loaddata/load_data_with_illum.csv"
        given = [f"--manifest={manifest}", "--output=out/illum", "--channels=DNA,ER"]
        shutil.rmtree("out/illum", ignore_errors=True)
        run("illuminate", *given, "--illumination-from=manifest")
        folder = DATA / "field/loaddata/illum/BR00121482"
        gain = np.stack([np.load(folder / f"BR00121482_Illum{channel}.npy") for channel in ("DNA", "ER")])
        with h5py.File("out/illum/illumination.h5") as file:
            np.testing.assert_array_equal(file["plate0/gain"][:], gain.astype(np.float32))
        mask = np.kron(np.arange(1, 26, dtype=np.uint16).reshape(5, 5), np.ones((54, 54), np.uint16))
        tifffile.imwrite("out/illum/mask.tif", mask)
        run("segment", *given, "--dna-channel=DNA", "--masks=out/illum/mask.tif")
        run("crop", *given, "--crop-size=24", "--store-size=24")
        cells = columns("out/illum")
        rows = sorted(csv.DictReader(manifest.read_text().splitlines()), key=lambda r: (r["Metadata_Well"], int(r["Metadata_Site"])))
        checked = 0
        with h5py.File("out/illum/crops.h5") as file:
            scaling, codes = file["scaling"][:], file["pixels"][:]
        for f, row in enumerate(rows):
            image = np.stack([np.asarray(Image.open(DATA / "field/loaddata" / row[f"PathName_Orig{c}"] / row[f"FileName_Orig{c}"]))
                              for c in ("DNA", "ER")]).astype(np.float32) / gain.astype(np.float32)
            for cell in range(cells["first_cell"][f], cells["first_cell"][f + 1]):
                top, left = (int(np.floor(cells[k][cell] + 0.5)) - 12 for k in ("y", "x"))
                pixels = scaling[cell, :, 0, None, None] + scaling[cell, :, 1, None, None] * codes[cell]
                self.assertLessEqual(np.abs(pixels - image[:, top:top + 24, left:left + 24]).max(), 0.51 * scaling[cell, :, 1].max() + 1e-3)
                checked += 1
        self.assertEqual(checked, 25 * len(rows))

    def test_functions_of_other_kinds_and_wrong_ones(self):
        manifest = screen("functions", [{"DNA": "a.tif", "IllumDNA": "g.npy"}, {"DNA": "b.tif", "IllumDNA": "g.npy"}], Plate=["P1", "P2"])
        for name in "ab":
            tifffile.imwrite(manifest.parent / f"{name}.tif", blobs(4)[:50])
        gain = np.random.default_rng(1).uniform(0.5, 3, blobs(4)[:50].shape)
        given = [f"--manifest={manifest}", "--output=out/functions", "--illumination-from=manifest", "--overwrite"]
        for kind in (gain, gain.astype(">f4"), gain.astype(np.float16), np.asfortranarray(gain), np.ceil(gain).astype(np.uint16)):
            np.save(manifest.parent / "g.npy", kind)
            run("illuminate", *given)
            with h5py.File("out/functions/illumination.h5") as file:
                self.assertEqual(list(file["plates"].asstr()), ["P1", "P2"])
                np.testing.assert_array_equal(file["plate1/gain"][0], kind.astype(np.float32))
        for kind, words in ((gain[:40], "is of 40 × 200 px, the fields of 50 × 200 px"), (gain[None], "one plane is needed"),
                            (gain - 1, "values that are not above 0"), (np.where(gain > 2.9, np.nan, gain), "values that are not above 0"),
                            (gain.astype(complex), "not numbers")):
            np.save(manifest.parent / "g.npy", kind)
            self.assertIn(words, run("illuminate", *given, expect=2))
        (manifest.parent / "g.npy").unlink()
        self.assertIn("g.npy", run("illuminate", *given, expect=2))
        rows = manifest.read_text()
        manifest.write_text(rows.replace("g.npy", "", 1))
        np.save(manifest.parent / "g.npy", gain)
        said = run("illuminate", *given, expect=2)
        self.assertIn("names no illumination function", said)
        self.assertIn("plate P1, channel DNA", said)
        manifest.write_text(rows.replace("P2", "P1").replace("g.npy", "h.npy", 1))
        self.assertIn("several illumination functions", run("illuminate", *given, expect=2))
        manifest.write_text(rows.replace("IllumDNA", "Other"))
        self.assertIn("names no illumination functions", run("illuminate", *given, "--channels=DNA", expect=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)

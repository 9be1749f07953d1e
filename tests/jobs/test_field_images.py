#!/usr/bin/env python3
"""Images and masks as people have them, through `segment` and `check`: signed values, white that is 0, PNG, 12 bits in 16, stacks
with focal planes, label masks of other programs, and quality control that drops. Oracles: python3-tifffile, python3-skimage.

Environment: CYTOSCALE_PROGRAM (set by CTest), CYTOSCALE_TEST_DATA.
"""
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

try:
    import h5py
    import numpy as np
    import tifffile
    from PIL import Image
    from skimage import measure
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROGRAM = os.environ["CYTOSCALE_PROGRAM"]
DATA = pathlib.Path(os.environ.get("CYTOSCALE_TEST_DATA", "")) if os.environ.get("CYTOSCALE_TEST_DATA") else None
FIELD = DATA / "field/tiff" if DATA else None


def run(job, *options, expect=0):
    done = subprocess.run([PROGRAM, job, *map(str, options)], capture_output=True, text=True, timeout=300)
    assert done.returncode == expect, (job, options, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def columns(output):
    with h5py.File(pathlib.Path(output) / "cells.h5") as file:
        return {name: table[name][:] for table in (file["cells"], file["fields"]) for name in table}


def segment(name, manifest, *options, expect=0):
    """(the cell table, what was said)."""
    output = pathlib.Path("out") / name
    shutil.rmtree(output, ignore_errors=True)
    said = run("segment", f"--manifest={manifest}", f"--output={output}", "--dna-channel=DNA", *options, expect=expect)
    return (columns(output) if expect == 0 else None), said


def screen(name, images, **metadata):
    """A manifest with a row for each dict of images (channel: file) and its metadata; returns its path."""
    folder = pathlib.Path("screens") / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for i, files in enumerate(images):
        rows.append({"Metadata_Plate": "P1", "Metadata_Well": "A01", "Metadata_Site": str(i + 1), "Metadata_Compound": "DMSO",
                     **{f"Metadata_{key}": values[i] for key, values in metadata.items()},
                     **{f"FileName_{channel}" if channel else "FileName": file for channel, file in files.items()}})
    with open(folder / "screen.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "screen.csv"


def blobs(seed=0, size=200, count=12, height=2000):
    """Gray discs on a dim ground, 16 bits."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    plane = draw.normal(100, 5, (size, size))
    for i in range(count):
        cy, cx = 25 + 50 * (i // 4) + draw.uniform(-5, 5), 25 + 50 * (i % 4) + draw.uniform(-5, 5)
        plane += height * ((y - cy) ** 2 + (x - cx) ** 2 < 81)
    return plane.clip(0).astype(np.uint16)


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

    def test_masks_are_regionprops(self):
        names = [row["id"] for row in csv.DictReader((DATA / "dsb2018/index.csv").read_text().splitlines())]
        names = [name for name in names if (DATA / f"dsb2018/{name}_label.tif").exists()]
        self.assertGreater(len(names), 200)
        labels = {name: tifffile.imread(DATA / f"dsb2018/{name}_label.tif") for name in names}
        masks = pathlib.Path("masks").absolute()
        shutil.rmtree(masks, ignore_errors=True)
        masks.mkdir()
        for i, (name, label) in enumerate(labels.items()):  # each as another program might write it
            few = label.max() < 256
            if i % 4 == 0 and few:
                Image.fromarray(label.astype(np.uint8)).save(masks / f"{name}.mask", format="PNG")
            elif i % 4 == 1:
                tifffile.imwrite(masks / f"{name}.mask", label.astype(np.uint32))
            elif i % 4 == 2:
                tifffile.imwrite(masks / f"{name}.mask", label.astype(np.int32), byteorder=">")
            else:
                tifffile.imwrite(masks / f"{name}.mask", label.astype(np.uint16))
        manifest = screen("dsb", [{"DNA": DATA / f"dsb2018/{name}.tif"} for name in names],
                          Plate=["x".join(map(str, labels[name].shape)) for name in names], Name=names)
        found, _ = segment("dsb", manifest, f"--masks={masks}/{{Name}}.mask", "--min-nucleus-area=0")
        with h5py.File("out/dsb/cells.h5") as file:
            sites = file["fields/site"].asstr()[:]
        cells = 0
        for field, site in enumerate(sites):
            name = names[int(site) - 1]
            image = tifffile.imread(DATA / f"dsb2018/{name}.tif")
            rows = slice(found["first_cell"][field], found["first_cell"][field + 1])
            regions = measure.regionprops(labels[name].astype(np.int64), image)
            regions.sort(key=lambda r: tuple(np.float32(r.centroid)))
            self.assertEqual(rows.stop - rows.start, len(regions), name)
            np.testing.assert_allclose(found["y"][rows], [r.centroid[0] for r in regions], atol=1e-4)
            np.testing.assert_allclose(found["x"][rows], [r.centroid[1] for r in regions], atol=1e-4)
            np.testing.assert_array_equal(found["area_px"][rows], [r.area for r in regions])
            np.testing.assert_allclose(found["mean_intensity"][rows], [r.mean_intensity for r in regions], rtol=1e-5)
            h, w = image.shape
            np.testing.assert_array_equal(found["border"][rows], [r.bbox[0] == 0 or r.bbox[1] == 0 or r.bbox[2] == h or r.bbox[3] == w
                                                                  for r in regions])
            cells += len(regions)
        self.assertGreater(cells, 5000)


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

    def test_neighbors_are_blanked_out_of_crops(self):
        """What `blank` makes of a field is what `keep` makes of a field in which the neighbors are 0 before."""
        rng = np.random.default_rng(3)
        plane = rng.integers(100, 4000, (2, 90, 120)).astype(np.uint16)
        mask = np.zeros((90, 120), np.uint16)
        for label, (top, left, bottom, right) in {7: (20, 10, 60, 50), 300: (25, 51, 70, 90), 2: (61, 20, 88, 50)}.items():
            mask[top:bottom, left:right] = label
        order = (7, 300, 2)  # by y, then x, of their centers
        alone = [np.where((mask == 0) | (mask == own), plane, 0).astype(np.uint16) for own in order]
        images = [{"DNA": f"{i}_0.tif", "AGP": f"{i}_1.tif"} for i in range(4)]
        manifest = screen("neighbors", images)
        for i, field in enumerate([plane, *alone]):
            for c in range(2):
                tifffile.imwrite(manifest.parent / f"{i}_{c}.tif", field[c])
        masks = manifest.parent.absolute() / "mask.tif"
        tifffile.imwrite(masks, mask)
        segment("neighbors", manifest, f"--masks={masks}")
        files = [f"--manifest={manifest}", "--output=out/neighbors", "--crop-size=48"]
        blank = ["--crop-neighbors=blank", f"--masks={masks}"]

        def pixels(*options):
            run("crop", *files, *options)
            with h5py.File("out/neighbors/crops.h5") as file:
                return file["pixels"][:]

        def features(*options):
            run("embed", *files, "--model=untrained", "--architecture=resnet18", "--layers=conv1,pool5", "--device=cpu", *options)
            with h5py.File("out/neighbors/embeddings.h5ad") as file:
                return file["X"][:]

        for how in (pixels, lambda *o: features("--encoder=onednn", *o), lambda *o: features("--encoder=torch", "--pixels=device", *o)):
            blanked, kept = how(*blank), how()
            for cell in range(3):  # of the first field; field k + 1 shows cell k alone
                same = kept[3 * (cell + 1) + cell]
                if how is pixels:
                    np.testing.assert_array_equal(blanked[cell] == 0, same == 0)
                else:
                    np.testing.assert_allclose(blanked[cell], same, rtol=1e-4, atol=1e-6)
                self.assertGreater(np.abs(blanked[cell].astype(float) - kept[cell]).max(), 1e-3)
        said = run("crop", *files, "--crop-neighbors=blank", expect=2)
        self.assertIn("--masks", said)

    def test_a_network_that_learned_without_neighbors(self):
        """The chain from masks, with a crop store or without; later jobs do as the model says."""
        shutil.rmtree("screens/chain", ignore_errors=True)
        run("simulate", "--output=screens/chain", "--masks=true", "--seed=3", "--moas=2", "--compounds-per-moa=2", "--concentrations=1",
            "--batches=2", "--replicates=2", "--plates-per-batch=1", "--controls-per-plate=4", "--positive-controls-per-plate=0",
            "--single-group-moas=0", "--fields-per-well=1", "--field-size=128", "--nucleus-radius=5", "--cells-per-field=12")
        manifest = ["--manifest=screens/chain/screen.csv"]
        masks = "--masks=screens/chain/masks/cells/{Plate}_{Well}_s{Site}.tif"
        features = {}
        for name, more in {"images": [], "store": ["--crop-store=true"], "kept": ["--crop-neighbors=keep"]}.items():
            shutil.rmtree(f"out/chain_{name}", ignore_errors=True)
            run("run", *manifest, f"--output=out/chain_{name}", masks, *(more if name == "kept" else ["--crop-neighbors=blank", *more]),
                "--steps=3", "--batch-size=16", "--crop-size=40", "--precision=fp32", "--bootstrap=0", "--reduce-normalize=none",
                "--device=cpu", "--seed=1")
            with h5py.File(f"out/chain_{name}/embeddings.h5ad") as file:
                features[name] = file["X"][:]
        np.testing.assert_array_equal(features["images"], features["store"])
        self.assertFalse(np.allclose(features["images"], features["kept"]))
        again = [*manifest, "--output=out/chain_images", "--overwrite=true", "--device=cpu"]
        run("embed", *again, masks)
        with h5py.File("out/chain_images/embeddings.h5ad") as file:
            np.testing.assert_array_equal(file["X"][:], features["images"])
        self.assertIn("--masks", run("embed", *again, expect=2))
        self.assertIn("trained on crops with 'blank' for their neighbors, not 'keep'", run("embed", *again, masks, "--crop-neighbors=keep", expect=2))
        self.assertIn("--crop-neighbors blank, not keep", run("train", *manifest, "--output=out/chain_store", "--crop-size=40", "--steps=3",
                                                              "--retrain=true", expect=2))
        self.assertIn("--masks", run("train", *manifest, "--output=out/chain_kept", "--crop-size=40", "--steps=3", "--crop-neighbors=blank",
                                     "--retrain=true", expect=2))

    def test_bad_masks_are_named(self):
        manifest = screen("masked", [{"DNA": "a.tif"}])
        tifffile.imwrite(manifest.parent / "a.tif", blobs(4))
        mask = manifest.parent.absolute() / "mask.tif"
        for wrong, words in ((np.zeros((10, 10), np.uint16), "the mask is of 10 × 10 px"), (np.full((200, 200), -3, np.int16), "is no label"),
                             (np.full((200, 200), 0.5, np.float32), "is no label")):
            tifffile.imwrite(mask, wrong)
            _, said = segment("masked", manifest, f"--masks={mask}", expect=2)
            self.assertIn(words, said)
        mask.unlink()
        _, said = segment("masked", manifest, f"--masks={mask}", expect=2)
        self.assertIn("does not exist", said)
        run("segment", f"--manifest={manifest}", "--output=out/both", f"--masks={mask}", "--locations=x.csv", expect=2)

    def test_what_is_dropped_is_in_the_table(self):
        manifest = screen("quality", [{"DNA": f"{i}.tif"} for i in range(4)])
        for i in range(4):
            plane = blobs(10 + i).astype(np.float64)
            if i == 1:  # out of focus
                for _ in range(60):
                    plane = (plane + np.roll(plane, 1, 0) + np.roll(plane, -1, 0) + np.roll(plane, 1, 1) + np.roll(plane, -1, 1)) / 5
            if i == 2:
                plane[:40, :40] = 4095
            tifffile.imwrite(manifest.parent / f"{i}.tif", plane.astype(np.uint16))
        kept, _ = segment("kept", manifest)
        with open("out/kept/dropped.csv") as file:
            self.assertEqual(len(file.readlines()), 1)
        said = run("check", f"--manifest={manifest}", "--output=out/kept", "--compound=Metadata_Compound", "--treatment=Metadata_Compound",
                   "--class=Metadata_Compound", "--control=Metadata_Compound=DMSO", "--batch=Metadata_Plate")
        self.assertIn("quality of 4 fields", said)
        self.assertIn("--drop-blurred", said)
        found, said = segment("dropped", manifest, "--drop-blurred=0.5", "--drop-saturated=0.01", "--drop-border")
        rows = list(csv.DictReader(pathlib.Path("out/dropped/dropped.csv").read_text().splitlines()))
        reasons = {(row["Metadata_Site"], row["reason"]): row for row in rows}
        self.assertIn(("2", "blurred"), reasons)
        self.assertIn(("3", "saturated"), reasons)
        self.assertAlmostEqual(float(reasons["3", "saturated"]["value"]), 0.04, places=3)
        counts = np.diff(found["first_cell"])
        self.assertEqual(list(counts[1:3]), [0, 0])
        gone = sum({row["Metadata_Site"]: int(row["cells"]) for row in rows if row["channel"]}.values())
        gone += sum(int(row["cells"]) for row in rows if not row["channel"])
        self.assertEqual(counts.sum() + gone, len(kept["y"]))
        self.assertFalse(found["border"].any())
        np.testing.assert_array_equal(found["focus_score"], kept["focus_score"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

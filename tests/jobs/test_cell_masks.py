#!/usr/bin/env python3
"""Which cells there are and what is shown of them: label masks of other programs, neighbors blanked out of crops, and quality control
that drops. Oracle: python3-skimage.

Environment: as made_fields.py says.
"""
import csv
import pathlib
import shutil
import sys
import unittest

try:
    from PIL import Image
    from skimage import measure
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

from made_fields import DATA, blobs, h5py, np, run, screen, segment, tifffile


class CellMasks(unittest.TestCase):
    @unittest.skipUnless(DATA, "CYTOSCALE_TEST_DATA is not set: no real images here")
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

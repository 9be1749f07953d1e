#!/usr/bin/env python3
"""`init` on trees of files as microscopes write them: the images are those of a small simulated screen under other names, so that
the pixels of each plane are known; and on real images. What it writes passes `check`, and `run` profiles it.

Environment: CYTOSCALE_PROGRAM (set by CTest); CYTOSCALE_TEST_DATA for real images.
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
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROGRAM = os.environ["CYTOSCALE_PROGRAM"]
DATA = pathlib.Path(os.environ["CYTOSCALE_TEST_DATA"]) if os.environ.get("CYTOSCALE_TEST_DATA") else None
FOLDER = pathlib.Path("init_trees").resolve()
SOURCE = FOLDER / "source"
CHANNELS = ("DNA", "Tubulin", "Actin")
ROLES = ("Metadata_Compound", "Metadata_Concentration", "Metadata_MOA", "Metadata_Batch", "Metadata_Control")


def program(*arguments, expect=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def source_fields():
    """[(plate, well, site, {channel: path})] of the simulated screen."""
    fields = []
    for row in rows_of(SOURCE / "screen.csv"):
        files = {c: SOURCE / row[f"PathName_{c}"] / row[f"FileName_{c}"] for c in CHANNELS}
        fields.append((row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"], files))
    return fields


def fresh(name):
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tree(name, place, decoys=(), as_png=False):
    """The screen's images under the names that `place` gives (plate, well, site, number of the channel from 1, its name); decoys are
    other places whose pixels are 0."""
    folder = fresh(name)
    for plate, well, site, files in source_fields():
        for number, channel in enumerate(CHANNELS, 1):
            target = folder / place(plate, well, int(site), number, channel)
            target.parent.mkdir(parents=True, exist_ok=True)
            pixels = tifffile.imread(files[channel])
            if as_png:
                Image.fromarray(pixels).save(target)
            else:
                shutil.copyfile(files[channel], target)
            for decoy in decoys:
                other = folder / decoy(plate, well, int(site), number, channel)
                other.parent.mkdir(parents=True, exist_ok=True)
                tifffile.imwrite(other, np.zeros_like(pixels))
    return folder


def letters(well):
    return ord(well[0]) - ord("A") + 1, int(well[1:])


def cells_of(output):
    with h5py.File(output / "cells.h5") as file:
        return {name: file["cells"][name][:] for name in ("y", "x", "area_px")}


def pixels(path):
    return np.asarray(Image.open(path)) if path.suffix == ".png" else tifffile.imread(path)


class Trees(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        SOURCE.mkdir(parents=True)
        program("simulate", "--seed=1", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=2", "--replicates=2",
                "--plates-per-batch=1", "--controls-per-plate=2", "--fields-per-well=2", "--field-size=160", "--nucleus-radius=6.5",
                "--cells-per-field=15", f"--output={SOURCE}")
        wells = {(row["Metadata_Plate"], row["Metadata_Well"]): row for row in rows_of(SOURCE / "screen.csv")}
        with open(FOLDER / "platemap.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["Metadata_Plate", "Metadata_Well", *ROLES])
            writer.writerows([plate, well, *(row[role] for role in ROLES)] for (plate, well), row in wells.items())

    def init(self, folder, *options, expect=0):
        output = FOLDER / (folder.name + ".init")
        shutil.rmtree(output, ignore_errors=True)
        said = program("init", folder, f"--output={output}", *options, expect=expect)
        return output, said

    def same_pixels(self, folder, output, names=CHANNELS):
        """Each plane of the manifest is that of the simulated screen; `names`: its channels' in the order of CHANNELS."""
        found = {(r["Metadata_Plate"], r["Metadata_Well"], r["Metadata_Site"]): r for r in rows_of(output / "screen.csv")}
        fields = source_fields()
        self.assertEqual(len(found), len(fields))
        for plate, well, site, files in fields:
            row = found[plate, well, site]
            for channel, name in zip(CHANNELS, names):
                path = folder / row[f"PathName_{name}"] / row[f"FileName_{name}"]
                np.testing.assert_array_equal(pixels(path), tifffile.imread(files[channel]), str(path))

    def passes_check(self, output):
        self.assertIn("no problem found", program("check", "--config", output / "screen.cfg"))

    def profiles(self, output, *options):
        program("run", "--config", output / "screen.cfg", f"--output={output}/out", "--steps=3", "--crop-size=32", "--batch-size=16",
                "--precision=fp32", "--bootstrap=0", *options)
        self.assertTrue((output / "out/profiles.h5ad").exists() and (output / "out/metrics.json").exists())

    def test_opera_phenix(self):
        def place(z, t):
            def name(plate, well, site, number, _):
                row, column = letters(well)
                return f"{plate}__2021-03-29T16_55_29-Measurement 1/Images/r{row:02}c{column:02}f{site:02}p{z:02}-ch{number}sk{t}fk1fl1.tiff"
            return name
        folder = tree("phenix", place(2, 1), [place(1, 1), place(3, 1), place(2, 2)])
        for images in folder.glob("*/Images"):
            entries = "".join(f"<Image><ChannelID>{i}</ChannelID><ChannelName>{name}</ChannelName></Image>"
                              for i, name in enumerate(("HOECHST 33342", "Alexa 488", "Alexa 568"), 1))
            (images / "Index.idx.xml").write_text('<?xml version="1.0" encoding="utf-8"?><EvaluationInputData '
                                                  f'xmlns="http://www.perkinelmer.com/PEHH/HarmonyV5"><Images>{entries}</Images></EvaluationInputData>')
        output, said = self.init(folder, f"--platemap={FOLDER}/platemap.csv")
        self.assertIn("focal plane 2, the middle one, is taken of 1, 2, 3", said)
        self.same_pixels(folder, output, ("HOECHST 33342", "Alexa 488", "Alexa 568"))
        self.passes_check(output)
        self.profiles(output)
        self.assertIn("dna-channel = HOECHST 33342", (output / "screen.cfg").read_text())

    def test_imagexpress(self):
        def place(extra="", t=1, end=".TIF"):
            return lambda plate, well, site, number, _: f"{plate}/TimePoint_{t}/Assay_{well}_s{site}_w{number}{extra}{end}"
        folder = tree("imagexpress", place(), [place("_thumb"), place(t=2)])
        for plate in folder.iterdir():
            (plate / "Assay.HTD").write_text('"HTSInfoFile", Version 1.0\n"NWavelengths", 3\n"WaveName1", "DAPI"\n"WaveName2", "FITC"\n"WaveName3", "TRITC"\n')
        output, said = self.init(folder)
        self.assertIn("thumbnails", said)
        # One prefix in several folders: these are the plates.
        self.same_pixels(folder, output, ("DAPI", "FITC", "TRITC"))
        self.passes_check(output)

    def test_imagexpress_with_plates_in_the_names(self):
        folder = tree("imagexpress_named", lambda plate, well, site, number, _: f"{plate}/TimePoint_1/{plate}_{well}_s{site}_w{number}.TIF")
        output, _ = self.init(folder)
        self.same_pixels(folder, output, ("w1", "w2", "w3"))
        self.passes_check(output)

    def test_cellvoyager(self):
        def place(z):
            return lambda plate, well, site, number, _: f"{plate}/{plate}_{well}_T0001F{site:03}L01A01Z{z:02}C{number:02}.tif"
        folder = tree("cellvoyager", place(1), [place(2)])
        for plate in folder.iterdir():
            (plate / "MeasurementData.mlf").write_text("<bts:MeasurementData/>")
            (plate / "assay.mes").write_text('<bts:MeasurementSetting xmlns:bts="http://www.yokogawa.co.jp/BTS/BTSSchema/1.0"><bts:ChannelList>' +
                                             "".join(f'<bts:Channel bts:Ch="{i}" bts:Target="{n}"/>' for i, n in enumerate(CHANNELS, 1)) +
                                             "</bts:ChannelList></bts:MeasurementSetting>")
        output, _ = self.init(folder, f"--platemap={FOLDER}/platemap.csv")
        self.same_pixels(folder, output)
        self.passes_check(output)
        output, _ = self.init(folder, "--z-plane=2")
        self.assertTrue(all("Z02" in row["FileName_DNA"] for row in rows_of(output / "screen.csv")))

    def test_incell(self):
        folder = tree("incell", lambda plate, well, site, _, name: f"{plate}/{well[0]} - {well[1:]}(fld {site:02} wv {name} - {name}).tif")
        output, _ = self.init(folder)
        self.same_pixels(folder, output)
        self.passes_check(output)
        # Compounds of which nothing is known but their names, none of them a control.
        with open(FOLDER / "names.csv", "w", newline="") as file:
            rows = [(r["Metadata_Plate"], r["Metadata_Well"], "c" + r["Metadata_Compound"]) for r in rows_of(FOLDER / "platemap.csv")]
            csv.writer(file).writerows([("Plate", "Well", "Compound"), *rows])
        output, _ = self.init(folder, f"--platemap={FOLDER}/names.csv")
        self.passes_check(output)
        self.profiles(output)

    def test_pattern_and_png(self):
        folder = tree("pattern", lambda plate, well, site, _, name: f"x/{plate}/{well}-{site}-{name}.png", as_png=True)
        output, _ = self.init(folder, "--pattern={Plate}/{Well}-{Site}-{Channel}.png", f"--platemap={FOLDER}/platemap.csv")
        self.same_pixels(folder, output)
        self.passes_check(output)
        refused = self.init(folder, "--pattern={Plate}/{Well}_s{Site}_{Channel}.png", expect=2)[1]
        self.assertIn("fits none of the", refused)

    def test_bbbc021(self):
        folder = fresh("bbbc021")
        rows = []
        wells = {}
        for i, (plate, well, site, files) in enumerate(source_fields()):
            k = wells.setdefault((plate, well), len([w for w in wells if w[0] == plate])) % 4
            row = {"TableNumber": 4, "ImageNumber": i}
            for number, (channel, file) in enumerate(zip(("DAPI", "Tubulin", "Actin"), files.values()), 1):
                name = f"{well}_s{site}_w{number}BEDC2073-A983-4B98-95E9-84466707A25D.tif"
                (folder / f"Week1_{plate}").mkdir(exist_ok=True)
                shutil.copyfile(file, folder / f"Week1_{plate}" / name)
                row[f"Image_FileName_{channel}"], row[f"Image_PathName_{channel}"] = name, f"Week1/Week1_{plate}"
            rows.append({**row, "Image_Metadata_Plate_DAPI": f"Week1_{plate}", "Image_Metadata_Well_DAPI": well, "Replicate": 1,
                         "Image_Metadata_Compound": "DMSO" if k == 0 else f"c{k}", "Image_Metadata_Concentration": 1})
        rows.append({**rows[0], "Image_Metadata_Plate_DAPI": "Week9_9", "Image_PathName_DAPI": "Week9/Week9_9"})
        for name, table in (("BBBC021_v1_image.csv", rows), ("BBBC021_v1_moa.csv", [{"compound": "c1", "concentration": 1, "moa": "m"}])):
            with open(folder / name, "w", newline="") as file:
                writer = csv.DictWriter(file, table[0])
                writer.writeheader()
                writer.writerows(table)
        output, said = self.init(folder)
        self.assertIn(f"1 of {len(rows)} fields", said)
        written = rows_of(output / "screen.csv")
        self.assertEqual(len(written), len(rows) - 1)
        plane = {(f"Week1_{plate}", well, site): files["Actin"] for plate, well, site, files in source_fields()}
        for row in written:
            np.testing.assert_array_equal(tifffile.imread(folder / row["PathName_Actin"] / row["FileName_Actin"]),
                                          tifffile.imread(plane[row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"]]))
        self.assertIn("class = Metadata_MOA", (output / "screen.cfg").read_text())
        self.passes_check(output)
        self.profiles(output)

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

    def test_a_plate_map_among_the_images_that_is_of_others(self):
        folder = tree("other_map", lambda plate, well, site, _, name: f"{plate}_{well}_s{site}_{name}.tif")
        (folder / "platemap").mkdir()
        (folder / "barcode_platemap.csv").write_text("Assay_Plate_Barcode,Plate_Map_Name\nP9,m\n")
        (folder / "platemap/m.txt").write_text("well_position\tbroad_sample\nA01\tx\n")
        output, said = self.init(folder)
        self.assertIn("left out: the plate map in", said)
        self.same_pixels(folder, output)
        self.passes_check(output)

    def test_bad_input(self):
        self.assertIn("no image in this folder", self.init(fresh("empty"), expect=2)[1])
        self.assertIn("no such folder", self.init(FOLDER / "nowhere", expect=2)[1])
        self.assertIn("cytoscale init FOLDER", program("init", expect=2))
        mixed = fresh("mixed")
        for name in ("r01c01f01p01-ch1sk1fk1fl1.tiff", "P_A01_s1_w1.TIF"):
            tifffile.imwrite(mixed / name, np.zeros((8, 8), np.uint8))
        self.assertIn("named in several ways", self.init(mixed, expect=2)[1])
        self.assertFalse(list((FOLDER / "mixed.init").glob("*")) if (FOLDER / "mixed.init").exists() else [])
        output, said = self.init(mixed, "--naming=phenix")
        self.assertIn("1 images with other names", said)
        self.assertIn("--overwrite", program("init", mixed, "--naming=phenix", f"--output={output}", expect=2))
        program("init", mixed, "--naming=phenix", f"--output={output}", "--overwrite")
        said = program("init", mixed, "--naming=phenix", "--overwrite", f"--output={output}", "--platemap=nowhere.csv", expect=2)
        self.assertIn("nowhere.csv: cannot be opened", said)
        self.assertNotIn(".tmp", said)
        self.assertIn("is not in the plate map", program("init", mixed, "--naming=phenix", "--overwrite", f"--output={output}",
                                                         f"--platemap={FOLDER}/platemap.csv", expect=2))


@unittest.skipUnless(DATA, "CYTOSCALE_TEST_DATA is not set: no real images here")
class RealImages(unittest.TestCase):
    def init(self, name, *options):
        output = FOLDER / (name.replace("/", "_") + ".init")
        shutil.rmtree(output, ignore_errors=True)
        said = program("init", DATA / name, f"--output={output}", *options)
        self.assertIn("no problem found", program("check", "--config", output / "screen.cfg"))
        return output, said

    def test_sbs(self):
        output, _ = self.init("sbs")
        rows = rows_of(output / "screen.csv")
        self.assertEqual(len(rows), 48)
        self.assertEqual({row["Metadata_Well"]: row["FileName_Channel2"] for row in rows},
                         {row["Metadata_Well"]: row["FileName_DNA"] for row in rows_of(DATA / "sbs/screen.csv")})

    def test_jump(self):
        output, _ = self.init("jump")
        program("run", "--config", output / "screen.cfg", f"--output={output}/out", "--dna-channel=ch5")
        self.assertTrue((output / "out/profiles.h5ad").exists())

    def test_loaddata(self):
        output, said = self.init("field/loaddata")
        self.assertIn("negative controls have Metadata_control_type=negcon", said)
        rows = {(row["Metadata_Well"], row["Metadata_Site"]): row for row in rows_of(output / "screen.csv")}
        expected = rows_of(DATA / "field/loaddata/load_data.csv")
        self.assertEqual(len(rows), len(expected))
        for row in expected:
            mine = rows[row["Metadata_Well"], row["Metadata_Site"]]
            self.assertEqual(mine["Metadata_Plate"], row["Metadata_Plate"])
            for number, channel in enumerate(("Mito", "AGP", "RNA", "ER", "DNA"), 1):
                self.assertEqual((mine[f"FileName_ch{number}"], mine[f"PathName_ch{number}"].rstrip("/")),
                                 (row[f"FileName_Orig{channel}"], row[f"PathName_Orig{channel}"].rstrip("/")))


if __name__ == "__main__":
    unittest.main(verbosity=2)

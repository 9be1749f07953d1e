#!/usr/bin/env python3
"""`init` on the names that microscopes and people give to images: each plane is the right one, `check` passes on what is written, and
`run` profiles it.

Environment: as init_trees.py says.
"""
import csv
import shutil
import unittest

from init_trees import CHANNELS, FOLDER, Trees, fresh, np, program, rows_of, source_fields, tifffile, tree


def letters(well):
    return ord(well[0]) - ord("A") + 1, int(well[1:])


class Names(Trees):
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
        output, said = self.init(folder, f"--platemap={FOLDER}/platemap.csv")
        self.assertIn("thumbnails", said)
        # One prefix in several folders: these are the plates.
        self.same_pixels(folder, output, ("DAPI", "FITC", "TRITC"))
        self.passes_check(output)
        self.profiles(output)

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
        self.profiles(output)
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
        self.profiles(output)
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


if __name__ == "__main__":
    unittest.main(verbosity=2)

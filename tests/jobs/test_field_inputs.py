#!/usr/bin/env python3
"""Inputs as people have them (the data folder's field/README.md, by number): each is understood or refused, and said so.
The profiles are made here, so that the test runs without the data folder; where it is there, its files are used too.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_TEST_DATA (set by CTest).
"""
import csv
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM, DATA = os.environ["CYTOSCALE_PROGRAM"], os.environ.get("CYTOSCALE_TEST_DATA")
FIELD = pathlib.Path(DATA) / "field" if DATA else None
ROLES = ["--treatment=Metadata_Compound,Metadata_Concentration", "--compound=Metadata_Compound", "--class=Metadata_MOA",
         "--batch=Metadata_Batch"]
needs_data = unittest.skipUnless(FIELD and FIELD.is_dir(), "CYTOSCALE_TEST_DATA has no folder field")


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="field_inputs."))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_job(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def evaluate(self, profiles, *more, control="Metadata_Control=negcon", normalize="standardize", code=0):
        said = self.run_job("evaluate", "--bootstrap=0", *ROLES, f"--control={control}", f"--normalize={normalize}",
                            "--within=plate", "--metrics=metrics.json", f"--profiles={profiles}", *more, code=code)
        return said, json.loads((self.folder / "metrics.json").read_text()) if code == 0 else None

    def nsc(self, metrics):
        return metrics["nsc"]["correct"], metrics["nsc"]["total"]


@needs_data
class Profiles(Case):
    def table(self, name):
        with open(FIELD / "profiles" / name, newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def write(self, name, rows, encoding="utf-8", separator=",", end="\n"):
        path = self.folder / name
        text = "".join(separator.join(row) + end for row in rows)
        data = text.encode(encoding)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def base(self):
        return self.evaluate(FIELD / "profiles" / "base.csv")

    def test_base_has_no_notes(self):
        said, metrics = self.base()
        self.assertEqual(self.nsc(metrics), (32, 32))
        self.assertNotIn("spelled", said)
        self.assertNotIn("left out", said)

    def test_01_windows_1252(self):
        said, _ = self.evaluate(FIELD / "profiles" / "windows1252.csv", code=2)
        self.assertRegex(said, r"windows1252.csv:\d+: the text is not UTF-8: byte 0x[0-9a-f]{2} at position \d+.*Save as UTF-8")

    def test_tables_in_any_form_give_the_same_figures(self):
        _, base = self.base()
        rows = self.table("base.csv")
        for name, how in {"tab.csv": dict(separator="\t"), "semicolon.csv": dict(separator=";", end="\r\n"),
                          "mac.csv": dict(end="\r"), "bom.csv": dict(encoding="utf-8-sig"),
                          "utf16.csv": dict(encoding="utf-16"), "utf16le.txt": dict(encoding="utf-16-le", separator="\t"),
                          "packed.csv.gz": {}}.items():
            with self.subTest(name):
                _, metrics = self.evaluate(self.write(name, rows, **how))
                for both in (base, metrics):
                    both.pop("provenance", None)
                self.assertEqual(metrics, base)

    def test_decimal_commas(self):
        _, base = self.base()
        rows = [[value.replace(".", ",") for value in row] for row in self.table("base.csv")]
        _, metrics = self.evaluate(self.write("comma.csv", rows, separator=";"))
        self.assertEqual(metrics["map_replicates"], base["map_replicates"])

    def test_parquet_is_called_so(self):
        path = self.folder / "p.parquet"
        path.write_bytes(b"PAR1\x15\x04")
        said, _ = self.evaluate(path, code=2)
        self.assertIn("Parquet file", said)

    def test_02_dose_spellings(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "dose_spellings.csv")
        self.assertEqual(self.nsc(metrics), (32, 32))
        self.assertNotIn("nscb_disjoint", set(metrics) - set(self.base()[1]))
        self.assertIn("numbers that are spelled in several ways are one", said)

    def test_07_one_empty_well(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "one_empty_well.csv")
        self.assertIn("1 row is left out", said)
        self.assertEqual((metrics["wells"], self.nsc(metrics)[1]), (175, 32))

    def test_10_two_kinds_of_controls(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "two_negative_controls.csv",
                                      control="Metadata_Compound=no-guide,non-targeting")
        self.assertEqual((metrics["control_wells"], metrics["treatments"]), (48, 32))
        self.assertEqual(self.nsc(metrics), (32, 32))

    def test_11_several_targets(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "several_targets.csv")
        self.assertEqual(self.nsc(metrics), (32, 32))
        self.assertIn("a match shares any of them", said)
        self.assertIn("Tubulin", metrics["per_class"]["nsc"])
        self.assertNotIn("Tubulin|GENE0", metrics["per_class"]["nsc"])

    def test_15_blank_compounds(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "blank_compounds.csv")
        self.assertIn("32 wells have no treatment", said)
        self.assertEqual(metrics["treatments"], 24)
        rows = self.table("blank_compounds.csv")
        at = rows[0].index("Metadata_Compound")
        for word in ("NA", "nan", "<NA>"):
            for row in rows[1:]:
                row[at] = word if row[at] in ("", "NA", "nan") else row[at]
            _, other = self.evaluate(self.write("word.csv", rows))
            self.assertEqual(other["treatments"], 24, word)

    def test_17_dmso_with_a_blank(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "dmso_trailing_space.csv", control="Metadata_Compound=DMSO")
        self.assertEqual((metrics["control_wells"], metrics["treatments"]), (48, 32))
        rows = [["dmso" if value == "DMSO " else value for value in row] for row in self.table("dmso_trailing_space.csv")]
        said, _ = self.evaluate(self.write("case.csv", rows))
        self.assertIn("differ in case or blanks only and count as different: DMSO, dmso", said)

    def test_18_a_feature_nearly_constant_in_the_controls(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "tiny_mad.csv", normalize="mad_robustize")
        self.assertAlmostEqual(metrics["map_classes"]["mean"], 1.0, places=12)
        self.assertRegex(said, "feature dropped: Nuclei_Texture_Variance_AGP .*outlier-cut")
        _, kept = self.evaluate(FIELD / "profiles" / "tiny_mad.csv", "--outlier-cut=0", normalize="mad_robustize")
        self.assertLess(kept["map_classes"]["mean"], 0.6)

    def test_19_a_plate_twice(self):
        said, metrics = self.evaluate(FIELD / "profiles" / "duplicate_rows.csv")
        self.assertIn("44 rows are left out", said)
        _, base = self.base()
        self.assertEqual(metrics["replicate_accuracy"], base["replicate_accuracy"])

    def test_columns_that_are_no_features(self):
        _, base = self.base()
        rows = self.table("base.csv")
        rows[0] += ["Image_Count_Cells", "Nuclei_Location_Center_X", "Cells_Number_Object_Number", "ImageNumber"]
        for i, row in enumerate(rows[1:]):
            row += [str(i), str(i * 3 % 7), str(i), str(i)]
        _, metrics = self.evaluate(self.write("names.csv", rows))
        self.assertEqual((metrics["features"], metrics["map_replicates"]), (base["features"], base["map_replicates"]))


@needs_data
class Manifests(Case):
    def check(self, manifest, *more, code=0):
        return self.run_job("check", f"--manifest={manifest}", "--output=out", *more, code=code)

    def test_01_windows_1252(self):
        said = self.check(FIELD / "manifests" / "screen_windows1252.csv", code=2)
        self.assertRegex(said, r"screen_windows1252.csv:\d+: the text is not UTF-8: byte 0x")

    def test_05_locations_of_several_images(self):
        images = next((FIELD / "loaddata" / "images").glob("*/Images"))
        segment = ["segment", f"--manifest={FIELD / 'locations' / 'two_sites.csv'}", f"--image-root={images}", "--output=out",
                   "--overwrite"]
        said = self.run_job(*segment, f"--locations={FIELD / 'locations' / 'Nuclei.csv'}", code=2)
        self.assertIn("cells of 4 images", said)
        (self.folder / "plain.csv").write_text("X,Y\n20,20\n")
        said = self.run_job(*segment, "--locations=plain.csv", code=2)
        self.assertIn("2 fields have this one table of locations", said)
        # With Image.csv beside it, each field has the cells of its image.
        shutil.copy(FIELD / "locations" / "Nuclei.csv", self.folder / "Nuclei.csv")
        (self.folder / "Image.csv").write_text("ImageNumber,Metadata_Plate,Metadata_Well,Metadata_Site\n"
                                               "1,BR00116991,A1,1\n3,BR00116991,A01,2\n")
        said = self.run_job(*segment, "--locations=Nuclei.csv", code=2)  # which are larger than these two
        self.assertIn("a cell lies outside the image", said)

    def test_08_illumination_columns(self):
        said = self.check(FIELD / "loaddata" / "load_data_with_illum.csv", *self.loaddata())
        self.assertIn("are illumination functions, no channels", said)
        self.assertNotIn(".npy", said)

    def loaddata(self):
        return ["--treatment=Metadata_broad_sample", "--compound=Metadata_broad_sample", "--class=Metadata_target_list",
                "--control=Metadata_control_type=negcon", "--batch=Metadata_Plate", f"--platemap={FIELD / 'loaddata' / 'metadata'}"]

    def test_09_the_recipes_three_tables(self):
        said = self.check(FIELD / "loaddata" / "load_data.csv", *self.loaddata())
        self.assertRegex(said, "plate maps of .*barcode_platemap.csv: 1 plates, 1 maps")
        self.assertRegex(said, "joined .*JUMP-Target-1_compound_metadata.tsv by Metadata_broad_sample")
        self.assertRegex(said, "have their Metadata_solvent in its place")
        self.assertIn("no problem found", said)

    def test_14_paths_of_windows(self):
        said = self.check(FIELD / "loaddata" / "load_data_windows_relative.csv", *self.loaddata())
        self.assertNotIn("missing", said)
        windows = FIELD / "loaddata" / "load_data_windows.csv"
        said = self.check(windows, *self.loaddata(), code=2)
        self.assertEqual(said.count("problem: "), 1, said)
        self.assertIn("--path-map 'D:/screens/images", said)
        self.assertIn("no problem found", self.check(windows, *self.loaddata(), f"--path-map=D:\\screens={FIELD / 'loaddata'}"))

    def screen(self):
        self.run_job("simulate", f"--config={FIELD / 'manifests' / 'mini.cfg'}", "--output=screen")
        return [f"--config={FIELD / 'manifests' / 'mini.cfg'}", "--image-root=screen"]

    def test_manifests_of_the_simulated_screen(self):
        mini = self.screen()
        for name, code, words in [
                ("screen_dose_spellings.csv", 0, "numbers that are spelled in several ways are one"),
                ("screen_slash_column.csv", 0, "Metadata_mg/mL is called Metadata_mg_mL"),
                ("screen_same_file.csv", 2, "problem: .*channels Tubulin and Actin are one image in 24 of 24 fields"),
                ("screen_a1_a01.csv", 0, "wells are spelled in several ways"),
                ("screen_dmso_space.csv", 0, "no problem found")]:
            with self.subTest(name):
                said = self.check(FIELD / "manifests" / name, *mini, code=code)
                self.assertRegex(said, words)
                if name == "screen_dmso_space.csv":
                    self.assertNotIn("differ in case", said)


class Text(Case):
    def test_a_config_that_is_not_utf8_is_refused(self):
        (self.folder / "a.cfg").write_bytes(b"# a screen\noutput = gr\xfcn\n")
        said = self.run_job("evaluate", "--config=a.cfg", code=2)
        self.assertRegex(said, r"a.cfg:2: the text is not UTF-8: byte 0xfc at position 23.*Save as UTF-8")

    def test_a_config_in_utf16_is_read(self):
        (self.folder / "a.cfg").write_bytes("bootstrap = many\n".encode("utf-16"))
        said = self.run_job("evaluate", "--config=a.cfg", "--output=x", code=2)
        self.assertIn("many", said)


if __name__ == "__main__":
    unittest.main()

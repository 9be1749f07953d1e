#!/usr/bin/env python3
"""Results that are stale or mixed: whatever a stage reads is changed after a complete run, and the next run must do anew exactly what
reads it, or refuse. The oracle is a run from nothing with the changed input. One test for each way that was found (cases 1 to 9).

Environment: see fault_lab.py.
"""
import os
import shutil
import unittest

import tifffile

from fault_case import (CASE, FaultCase, cell_count, edit_rows, images, ledger, replace, shorten_locations, tables, tensors, truncate)
from fault_lab import CHAIN, LOADDATA, LOCATED, NATIVE, STAGES, results, rows_of, write_rows

GIVEN = "--model=out/model"
CELLS = ["illuminate", "segment"]
BBBC021 = ["--manifest=screen/image.csv", "--moa-file=screen/moa.csv", "--model=untrained"]
GAUSSIAN = [*LOCATED, "--illumination-smoothing=gaussian"]
UNTRAINED = [*CHAIN, "--model=untrained"]
EMBED = ["embed", *NATIVE, "--output=out", "--threads=1", "--model=untrained"]


class StaleResults(FaultCase):
    def anew(self, *arguments):
        """A run from nothing into fresh/, for comparison."""
        self.ok(*(a.replace("--output=out", "--output=fresh") for a in CHAIN), *arguments, ranks=2)
        return CASE / "fresh"

    def tensors_of_gaussian(self):
        """Weights of a run from nothing in that light."""
        if not hasattr(StaleResults, "in_gaussian_light"):
            StaleResults.in_gaussian_light = tensors(self.anew(*GAUSSIAN))
        return self.in_gaussian_light

    def corrected(self, path, column, before, after):
        """Each of the rows of a table that have one value gets another."""
        def change(row):
            row[column] = after if row[column] == before else row[column]
        edit_rows(path, change)

    def test_01_a_class_corrected_in_the_plate_map(self):
        self.complete(*LOADDATA)
        wrong = next(row["MOA"] for row in rows_of(CASE / "screen/platemap.csv") if row["Control"] == "trt")
        self.corrected(CASE / "screen/platemap.csv", "MOA", wrong, "Corrected")
        done = self.ok(*CHAIN, *LOADDATA, ranks=2)
        self.assert_done(done, skipped=[*CELLS, "train"], anew=["evaluate"])
        self.assertIn("Corrected", (CASE / "out/matches.csv").read_text())
        self.assertEqual(tables(CASE / "out"), tables(self.anew(*LOADDATA, GIVEN)))

    def test_01_a_compound_corrected_in_the_plate_map(self):
        self.complete(*LOADDATA)
        wrong = next(row["Compound"] for row in rows_of(CASE / "screen/platemap.csv") if row["Control"] == "trt")
        self.corrected(CASE / "screen/platemap.csv", "Compound", wrong, "Corrected")
        done = self.ok(*CHAIN, *LOADDATA, ranks=2)
        self.assert_done(done, skipped=CELLS, anew=["train", "embed", "reduce", "evaluate"])
        self.assertIn("Corrected", (CASE / "out/matches.csv").read_text())
        fresh = self.anew(*LOADDATA)
        self.assertEqual(tables(CASE / "out"), tables(fresh))
        self.assertTrue(tensors(CASE / "out") == tensors(fresh), "not the weights of the corrected labels")

    def test_01_a_class_corrected_in_the_list_of_mechanisms(self):
        self.complete(*BBBC021)
        wrong = next(row["moa"] for row in rows_of(CASE / "screen/moa.csv") if row["compound"] != "DMSO")
        self.corrected(CASE / "screen/moa.csv", "moa", wrong, "Corrected")
        done = self.ok(*CHAIN, *BBBC021)
        self.assert_done(done, skipped=CELLS, anew=["evaluate"])
        self.assertIn("Corrected", (CASE / "out/matches.csv").read_text())
        self.assertEqual(tables(CASE / "out"), tables(self.anew(*BBBC021)))

    def test_02_an_image_overwritten_with_another(self):
        self.complete(*NATIVE, "--model=untrained")
        first, last = images(CASE / "screen")[0], images(CASE / "screen")[-1]
        replace(first, last.read_bytes())
        done = self.ok(*UNTRAINED, *NATIVE, ranks=2)
        self.assert_done(done, skipped=[], anew=[*CELLS, "embed", "reduce", "evaluate"])
        self.assert_same(results(CASE / "out"), results(self.anew(*NATIVE, "--model=untrained")))

    def test_02_location_tables_shortened(self):
        located = [*LOCATED, "--model=untrained"]
        self.complete(*located)
        kept = shorten_locations(CASE / "screen/locations")
        self.assert_done(self.ok(*CHAIN, *located), skipped=["illuminate"], anew=["segment", "embed", "reduce"])
        self.assertEqual(cell_count(CASE / "out"), kept)

    def test_02_another_pattern_of_locations(self):
        self.complete(*LOCATED, "--model=untrained")
        kept = shorten_locations(CASE / "screen/locations", into=CASE / "screen/halves")
        other = [a.replace("locations/", "halves/") for a in LOCATED]
        self.assert_done(self.ok(*CHAIN, *other, "--model=untrained"), skipped=["illuminate"], anew=["segment", "embed", "reduce"])
        self.assertEqual(cell_count(CASE / "out"), kept)

    def test_02_another_folder_of_images(self):
        """The same names in another --image-root: what lies there counts."""
        base = [*NATIVE, "--model=untrained"]
        self.complete(*base)
        shutil.copytree(CASE / "screen", CASE / "brighter")
        for path in images(CASE / "brighter"):
            tifffile.imwrite(path, (tifffile.imread(path) // 2).astype("uint16"))
        done = self.ok(*CHAIN, *base, "--image-root=brighter", ranks=2)
        self.assert_done(done, skipped=[], anew=[*CELLS, "embed", "reduce"])
        self.assert_same(results(CASE / "out"), results(self.anew(*base, "--image-root=brighter")))

    def test_03_only_the_class_edited_in_a_native_manifest(self):
        self.complete()
        wrong = next(row["Metadata_MOA"] for row in rows_of(CASE / "screen/screen.csv") if row["Metadata_Control"] == "trt")
        self.corrected(CASE / "screen/screen.csv", "Metadata_MOA", wrong, "Corrected")
        log = CASE / "reads.log"
        done = self.ok(*CHAIN, *NATIVE, "--until=evaluate", ranks=2, faults="open:.tif:log;read:.tif:log", log=log)
        self.assert_done(done, skipped=[*CELLS, "train"], anew=["embed", "evaluate"])
        self.assertIn("cells keep their features", done.err)
        self.assertNotIn("read ", log.read_text() if log.exists() else "", "images are read though only a class has changed")
        self.assertIn("Corrected", (CASE / "out/matches.csv").read_text())
        anew = self.anew(*NATIVE, GIVEN)
        self.assertEqual(tables(CASE / "out"), tables(anew))
        self.assertEqual(results(CASE / "out")["embeddings.h5ad"], results(anew)["embeddings.h5ad"])

    def test_03_explained_and_nothing_computed(self):
        """run --explain says for each stage whether it would be done and why."""
        self.complete()
        self.corrected(CASE / "screen/screen.csv", "Metadata_Control", "trt", "treated")
        before = {p: p.stat().st_mtime_ns for p in CASE.glob("out/**/*") if p.is_file()}
        done = self.ok(*CHAIN, *NATIVE, "--explain")
        for stage in STAGES:
            self.assertRegex(done.out + done.err, rf"(?m)\b{stage}: ")
        self.assertRegex(done.out + done.err, r"segment: complete")
        self.assertNotRegex(done.out + done.err, r"evaluate: complete")
        self.assertEqual({p: p.stat().st_mtime_ns for p in CASE.glob("out/**/*") if p.is_file()}, before)

    def test_04_other_light_trains_another_network(self):
        """Though the cells are the same."""
        self.complete(*LOCATED)
        done = self.ok(*CHAIN, *GAUSSIAN, ranks=2)
        self.assert_done(done, skipped=[], anew=["illuminate", "segment", "train", "embed"])
        self.assertTrue(tensors(CASE / "out") == self.tensors_of_gaussian(), "not the network of the new light")

    def test_04_a_checkpoint_of_other_light_is_not_continued(self):
        self.complete(*LOCATED)
        os.remove(CASE / "out/model/model.safetensors")  # as if killed after the last checkpoint
        done = self.ok(*CHAIN, *GAUSSIAN, ranks=2)
        self.assertNotIn("continuing from", done.err)
        self.assertTrue(tensors(CASE / "out") == self.tensors_of_gaussian(), "not the network of the new light")

    def test_05_a_run_with_an_image_that_broke_can_be_repeated(self):
        """After segment one image breaks: that field is left out, the run can be repeated, and all is as before when it is mended."""
        self.complete()
        for path in [*CASE.glob("out/*"), *CASE.glob("out/state/*.json")]:
            if path.name != "state" and not path.name.startswith(("illumin", "segment", "cells", "failures")):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        bad = images(CASE / "screen")[1]
        whole = bad.read_bytes()
        keep = CASE / "whole.tif"
        os.link(bad, keep)
        truncate(bad)
        self.ok(*CHAIN, *NATIVE, ranks=2)
        once = results(CASE / "out")
        self.assertIn(bad.name, (CASE / "out/failures.csv").read_text())
        again = self.ok(*CHAIN, *NATIVE, ranks=2)
        self.assert_done(again, skipped=set(STAGES) - {"evaluate"}, anew=[])
        self.assert_same(results(CASE / "out"), once, "when the run is repeated")
        os.replace(keep, bad)
        self.assertEqual(bad.read_bytes(), whole)
        self.ok(*CHAIN, *NATIVE, ranks=2)
        self.assert_same(results(CASE / "out"), self.undisturbed, "when the image is mended", but=failure_lists(CASE / "out"))
        self.assertNotIn(bad.name, (CASE / "out/failures.csv").read_text())

    def test_06_a_model_of_other_light_is_refused(self):
        self.fresh("cells.h5", "model")
        self.ok("illuminate", *NATIVE, "--output=out", "--illumination-smoothing=gaussian")
        before = tensors(CASE / "out")
        train = ["train", *NATIVE, "--output=out", *(a for a in CHAIN if a[2:].split("=")[0] in training_keys())]
        self.refused(*train, words=["illumination", "--retrain"])
        self.assertTrue(tensors(CASE / "out") == before)
        self.ok(*train, "--retrain")
        self.assertFalse(tensors(CASE / "out") == before, "the old weights, though trained on other light")

    def test_07_an_unfinished_file_of_other_options_is_refused(self):
        self.fresh("cells.h5")
        wide, narrow = [*EMBED, "--crop-size=128"], [*EMBED, "--crop-size=48"]
        part = CASE / "out/embeddings.h5ad.part"
        running = self.start(*wide, faults="open:.tif:sleep:200")
        self.assertTrue(running.until(lambda: part.exists() and (ledger(part) == 1).sum() >= 6), running.err())
        running.kill()
        before = part.read_bytes()
        self.refused(*narrow, words=["embeddings.h5ad.part", "crop-size", "128", "--overwrite"])
        self.assertTrue(part.read_bytes() == before, "the unfinished file was touched")
        shutil.copytree(CASE / "out", CASE / "other")
        self.ok(*wide)
        self.ok(*(a.replace("=out", "=whole") for a in wide), "--cells=out/cells.h5")
        self.assert_same({"X": results(CASE / "out")["embeddings.h5ad"]}, {"X": results(CASE / "whole")["embeddings.h5ad"]}, "continued")
        self.ok(*(a.replace("=out", "=other") for a in narrow), "--overwrite")
        self.ok(*(a.replace("=out", "=narrow") for a in narrow), "--cells=out/cells.h5")
        self.assert_same({"X": results(CASE / "other")["embeddings.h5ad"]}, {"X": results(CASE / "narrow")["embeddings.h5ad"]}, "anew")

    def test_08_a_plate_map_of_several_plates_that_cannot_be_told_apart(self):
        """Two maps in one file, and nothing in the LoadData CSV that says which is a plate's."""
        self.fresh()
        rows = rows_of(CASE / "screen/platemap.csv")
        self.assertGreater(len({row["Plate"] for row in rows}), 1)
        for others in (["plate_map_name"], []):  # a column of the maps' names, or none
            named = [{**{name: row["Plate"] for name in others}, **{k: v for k, v in row.items() if k != "Plate"}} for row in rows]
            write_rows(CASE / "screen/map.csv", named)
            options = ["--manifest=screen/loaddata.csv", "--platemap=screen/map.csv", "--output=out"]
            self.refused("illuminate", *options, words=["map.csv", "well"])
        self.assertFalse((CASE / "out/illumination.h5").exists())

    def test_09_a_plate_map_beside_a_native_manifest(self):
        """Joined or refused, never ignored."""
        self.fresh()
        rows = rows_of(CASE / "screen/screen.csv")
        write_rows(CASE / "screen/bare.csv", [{k: v for k, v in row.items() if k != "Metadata_MOA"} for row in rows])
        options = ["--manifest=screen/bare.csv", "--manifest-format=native", "--platemap=screen/platemap.csv"]
        done = self.start(*UNTRAINED, *options).wait()
        if done.code == 0:
            found = {row.get("Metadata_MOA", "no such column") for row in rows_of(CASE / "out/profiles.csv")}
            self.assertEqual(found, {row["Metadata_MOA"] for row in rows})
        else:
            self.is_refusal(done, "--platemap")
            self.assertFalse((CASE / "out/illumination.h5").exists(), "only after something was computed")


def training_keys():
    from fault_lab import TRAINING
    return {a[2:].split("=")[0] for a in TRAINING}


def failure_lists(folder):
    """Lists of failures, which are there (perhaps empty) after a run that had some."""
    return {str(p.relative_to(folder)) for p in [*folder.glob("failures/*.csv"), *folder.glob("failures.csv")]}


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""A test case with a small disk of its own in place of the output's folder. Skips where no file system can be mounted."""
import shutil
import subprocess

from fault_case import CASE, FaultCase
from fault_lab import results

FULL = CASE.with_name("full")


def mount_tmpfs(case, place, options):
    """A file system of its own at this place for the rest of the test."""
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], capture_output=True, text=True)
    if done.returncode != 0:
        case.skipTest(f"no file system can be mounted here: {done.stderr.strip()}")
    case.addCleanup(subprocess.run, ["umount", "-l", str(place)], check=True)


class DiskCase(FaultCase):
    def small_disk(self, size_mib):
        """CASE/out becomes a link to a file system of this size, with what was there."""
        mount_tmpfs(self, FULL, f"size={size_mib}m")
        shutil.copytree(CASE / "out", FULL, dirs_exist_ok=True) if (CASE / "out").exists() else None
        shutil.rmtree(CASE / "out", ignore_errors=True)
        (CASE / "out").symlink_to(FULL)

    def start_with_room(self, kib, *job, ranks=2):
        """The job's end, where the disk has so many KiB left. The rest is free again afterwards."""
        with open(FULL / "filler", "wb") as file:
            file.write(b"\0" * max(0, shutil.disk_usage(FULL).free - kib * 1024))
        try:
            return self.start(*job, ranks=ranks).wait(60)
        finally:
            (FULL / "filler").unlink()

    def full_disk(self, job, files, result, rooms_kib, expected=None, ranks=2):
        """The job on a disk with ever more room: refusals that keep what was there, until it fits; then the right bytes."""
        self.fresh(*files)
        self.small_disk(400)
        refusals = 0
        for kib in rooms_kib:
            done = self.start_with_room(kib, *job, ranks=ranks)
            if done.code == 0:
                break
            refusals += 1
            with self.subTest(room_kib=kib):
                self.is_refusal(done)
                self.assertRegex(done.err, r"space|the disk has|room")
                for name in files:
                    self.assertTrue((FULL / name).exists(), f"{name} is gone")
        self.assertGreater(refusals, 0, "the disk was never full: this test shows nothing")
        self.ok(*job, ranks=ranks)
        self.assertEqual(results(FULL)[result], expected or self.undisturbed[result])
        self.assert_no_leftovers(FULL, [*files, *self.undisturbed, result, "failures.csv", f"failures/{job[0]}.csv"])

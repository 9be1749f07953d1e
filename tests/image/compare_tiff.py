"""Every file under the data folders tiff, jump and cellprofiler_examples, read by dump_tiff and by python3-tifffile or PIL.

The oracle of a page is tifffile where it decodes it (without imagecodecs it knows no LZW, zstd, fax or odd bit depths), else
PIL, whose inversion of min-is-white and scaling of 2- and 4-bit gray are undone. Fails when pixels, shape or type differ,
when a gray plane that an oracle reads is refused and not in KNOWN_REFUSALS, or when the reader dies.
Usage: compare_tiff.py DUMP_PROGRAM [-v]
"""
import logging
import os
import subprocess
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
try:
    import tifffile
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
Image.MAX_IMAGE_PIXELS = None

FOLDERS = ("tiff", "jump", "cellprofiler_examples")
# Gray files that an oracle reads and we refuse, by the end of their path, each with its reason. Keep it short.
KNOWN_REFUSALS = {}


def files(root):
    for folder in FOLDERS:
        for base, _, names in os.walk(os.path.join(root, folder)):
            yield from (os.path.join(base, name) for name in sorted(names))


def by_tifffile(path, page):
    """(pixels, None), or (None, why not). Color gives None."""
    try:
        with tifffile.TiffFile(path) as tiff:
            this = tiff.pages[page]
            if this.samplesperpixel != 1:
                return None, "color"
            pixels = this.asarray()
            return (pixels.astype(np.uint8) if pixels.dtype == bool else pixels), None
    except Exception as error:  # whatever an oracle stumbles over, it is no oracle for this file
        return None, str(error)


def tag(image, number, default):
    value = image.tag_v2.get(number, default)
    return value[0] if isinstance(value, tuple) else value


def by_pil(path, page):
    try:
        image = Image.open(path)
        if image.format != "TIFF":
            return None, "not a TIFF"
        image.seek(page)
        if image.mode not in ("1", "L", "P", "I;16", "I;16B", "I", "F"):
            return None, "color"
        if tag(image, 277, 1) != 1 or tag(image, 262, 1) not in (0, 1, 3):
            return None, "color"
        pixels = np.array(image)
        bits, photometric, signed = tag(image, 258, 1), tag(image, 262, 1), tag(image, 339, 1) == 2
    except Exception as error:
        return None, str(error)
    if image.mode in ("1", "L"):
        largest = 1 if image.mode == "1" else 255
        pixels = pixels.astype(np.uint8)
        if photometric == 0:
            pixels = largest - pixels
        if image.mode == "L" and bits < 8:
            pixels = pixels // (255 // (2**bits - 1))
    elif image.mode == "I" and bits in (8, 16, 32):
        pixels = pixels.astype(f"{'i' if signed else 'u'}{bits // 8}")
    return pixels.astype(pixels.dtype.newbyteorder("=")), None


def oracle(path, page):
    pixels, why = by_tifffile(path, page)
    if pixels is not None:
        return pixels, "tifffile", None
    if why == "color":
        return None, None, "color"
    pixels, why_pil = by_pil(path, page)
    return pixels, "PIL", why_pil if why_pil == "color" else f"{why}; {why_pil}"


def ask(program, requests):
    """What dump_tiff says of each (path, page)."""
    text = "".join(f"{path}\t{page}\n" for path, page in requests).encode()
    done = subprocess.run([program], input=text, capture_output=True)
    if done.returncode != 0 or done.stderr:
        print(f"the reader ended with {done.returncode} and printed: {done.stderr.decode(errors='replace')[-3000:]}")
        sys.exit(1)
    answers, at = [], 0
    for _ in requests:
        end = done.stdout.index(b"\n", at)
        words = done.stdout[at:end].decode(errors="replace").split(" ")
        at = end + 1
        if words[0] == "ok":
            height, width, kind, bits, pages, size = int(words[1]), int(words[2]), words[3], *map(int, words[4:7])
            pixels = np.frombuffer(done.stdout, np.dtype(kind), size // np.dtype(kind).itemsize, at)
            answers.append((pixels.reshape(height, width), pages, None))
            at += size
        else:
            answers.append((None, 0, " ".join(words[1:])))
    return answers


def same(mine, theirs):
    theirs = np.squeeze(theirs) if theirs.ndim > 2 else theirs
    return mine.shape == theirs.shape and mine.dtype == theirs.dtype and mine.tobytes() == theirs.tobytes()


def main():
    program, verbose = sys.argv[1], "-v" in sys.argv
    root = os.environ.get("CYTOSCALE_TEST_DATA", "")
    if not root:
        print("skipped: CYTOSCALE_TEST_DATA is not set")
        return 77
    paths = list(files(root))
    requests = [(path, 0) for path in paths]
    answers = ask(program, requests)
    more = [(path, page) for (path, _), (_, pages, _) in zip(requests, answers) for page in range(1, pages)]
    requests, answers = requests + more, answers + ask(program, more)
    counts = {"same as tifffile": 0, "same as PIL": 0, "read, no oracle reads it": 0, "refused": 0}
    wrong = []
    for (path, page), (mine, _, error) in zip(requests, answers):
        name = os.path.relpath(path, root) + (f" page {page}" if page else "")
        theirs, who, why = oracle(path, page)
        if mine is not None and theirs is not None:
            counts[f"same as {who}"] += 1
            if not same(mine, theirs):
                wrong.append(f"{name}: {mine.shape} {mine.dtype}, {who} says {theirs.shape} {theirs.dtype}")
        elif mine is not None:
            counts["read, no oracle reads it"] += 1
            if why == "color":
                wrong.append(f"{name}: read as gray, but the oracle finds color")
            if verbose:
                print(f"no oracle: {name} ({why})")
        else:
            counts["refused"] += 1
            if theirs is not None and not any(name.endswith(known) for known in KNOWN_REFUSALS):
                wrong.append(f"{name}: refused ({error}), {who} reads it")
            if verbose:
                print(f"refused: {error.replace(root, '')}")
    print(f"{len(requests)} planes of {len(paths)} files: {counts}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

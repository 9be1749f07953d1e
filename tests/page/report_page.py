"""What tests ask of a report: whether it is well-formed, stands alone, and what it shows."""
import html.parser
import re
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree

VOID = {"meta", "br", "img", "input", "hr", "link"}


class Page(html.parser.HTMLParser):
    """Elements are closed in order; figures of metrics.json (data-path), links and pictures are collected."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.problems = text, [], []
        self.figures, self.neighbors, self.addresses, self.ids, self.words = [], [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append((tag, attributes))
        for key in ("href", "src", "xlink:href", "action"):
            if attributes.get(key):
                self.addresses.append(attributes[key])
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "data" and "data-path" in attributes:
            self.figures.append([attributes["data-path"], float(attributes["value"]), ""])
        if tag == "data" and "data-treatment" in attributes:
            self.neighbors.append((attributes["data-treatment"], attributes["data-nearest"], float(attributes["value"])))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "data" and "data-path" in self.open[-1][1]:
            self.figures[-1][2] += data
        if self.open and self.open[-1][0] not in ("style", "script"):
            self.words.append(data)

    def drawings(self):
        return re.findall(r"<svg.*?</svg>", self.text, re.S)

    def check(self, case):
        case.assertEqual(self.problems, [])
        case.assertEqual(len(self.ids), len(set(self.ids)), "ids that are not unique")
        for drawing in self.drawings():
            xml.etree.ElementTree.fromstring(drawing)
        # The SVG namespace is a name, which nothing is fetched from.
        case.assertNotIn("://", self.text.replace("http://www.w3.org/2000/svg", ""))
        for address in self.addresses + re.findall(r"url\((.*?)\)", self.text):
            case.assertTrue(address.startswith(("data:image/", "#")), address[:80])
        for address in self.addresses:
            if address.startswith("#"):
                case.assertIn(address[1:], self.ids)


def chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def seconds_in_chromium(address, more=()):
    with tempfile.TemporaryDirectory() as profile:
        begun = time.monotonic()
        done = subprocess.run([chromium(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom",
                               *more, address], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return time.monotonic() - begun, done.stdout

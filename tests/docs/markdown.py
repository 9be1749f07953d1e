"""The project's texts taken apart: fenced blocks, code spans, links and headings of Markdown, and the simple commands of a shell block.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import dataclasses
import os
import pathlib
import re
import shlex

PROGRAM, SOURCE = os.environ["CYTOSCALE_PROGRAM"], pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])


@dataclasses.dataclass
class Block:
    language: str
    name: str  # the second word behind the fence: the file that the block is
    line: int
    text: str


def documents():
    """Every text that people read, but for those that are written by the program (docs/jobs)."""
    names = [*SOURCE.glob("*.md"), *SOURCE.glob("docs/*.md"), *SOURCE.glob("tools/**/*.md")]
    return sorted(str(name.relative_to(SOURCE)) for name in names)


def blocks(document):
    found, inside = [], None
    for number, line in enumerate((SOURCE / document).read_text().splitlines(keepends=True), 1):
        if line.startswith("```"):
            if inside:
                found.append(inside)
                inside = None
            else:
                words = [*line[3:].split(), "", ""]
                inside = Block(words[0], words[1], number + 1, "")
        elif inside:
            inside.text += line
    assert not inside, f"{document}:{inside.line}: the block is not closed"
    return found


def prose(document):
    """The text without its fenced blocks, whose lines stay as empty ones."""
    return re.sub(r"(?ms)^```.*?^```$", lambda block: "\n" * block[0].count("\n"), (SOURCE / document).read_text())


def spans(document):
    """Of each code span of the prose, which may go over the end of a line: its line and text."""
    text = prose(document)
    for found in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        yield text.count("\n", 0, found.start()) + 1, " ".join(found[1].split())


def links(document):
    """Of each link and picture: its line and target."""
    text = prose(document)
    for found in re.finditer(r"\]\(([^()\s]+)\)", text):
        yield text.count("\n", 0, found.start()) + 1, found[1]


def anchors(document):
    """What GitHub calls the headings."""
    for heading in re.findall(r"(?m)^#+ (.*)$", prose(document)):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
        yield words.replace(" ", "-")


def logical_lines(text):
    """The lines of a shell text, each with those that it goes on in (backslash at the end), and the number of its first (from 0)."""
    whole, first = "", 0
    for number, line in enumerate(text.splitlines()):
        whole = whole + line.strip() if whole else line
        if line.endswith("\\"):
            whole = whole[:-1]
            continue
        yield first, whole
        whole, first = "", number + 1


def simple_commands(line):
    """The words of each simple command of a line of shell, those of a command substitution too."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, words, found = True, [], []
    for word in [*lexer, ";"]:
        if word and set(word) <= set(";&|()<>"):
            found.append(words)
            words = []
        else:
            words.append(word)
            for inner in re.findall(r"\$\((.*)\)", word):
                found += simple_commands(inner)
    return [words for words in found if words]


def program_words(words):
    """What the program is given by a simple command (also under mpirun, perf or with variables before it), or None."""
    for place, word in enumerate(words):
        if word == "cytoscale" or word.endswith("/cytoscale"):
            return words[place + 1:]
    return None

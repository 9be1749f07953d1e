#!/usr/bin/env python3
"""Checks every #include of src/ and jobs/ against the two tables in docs/architecture.md, their namespaces, and the sizes of folders
and of jobs.

usage: check_layers.py REPOSITORY

Prints one line per violation, FILE:LINE: what is wrong, and exits 1; or exits 0. Exit 2: the tables cannot be read or
contradict themselves.
"""
import pathlib
import re
import sys

NAMESPACE = re.compile(r"^namespace (cytoscale[\w:]*) \{")
# A class of another folder, declared and no more.
FORWARD = re.compile(r"^namespace cytoscale::\w+ \{\n(?:(?:class|struct) \w+;\n)+\}.*\n", re.M)
MOST_FILES = 25  # .cpp and .hpp of one folder, without its subfolders
MOST_JOB_LINES = 60  # of a file in jobs/: options, logic and texts have homes of their own
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class TableError(Exception):
    pass


def table_rows(text, name):
    """The cells of the rows between `<!-- layering: NAME -->` and `<!-- layering: end -->`."""
    match = re.search(rf"<!-- layering: {name} -->\n(.*?)<!-- layering: end -->", text, re.S)
    if not match:
        raise TableError(f"no table '{name}' in docs/architecture.md")
    lines = [line for line in match.group(1).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell):
    return [word.strip().strip("`") for word in cell.split(",") if word.strip() not in ("", "–", "-")]


class Rules:
    def __init__(self, text):
        self.may_include, self.headers = {}, []
        tiers = {}
        for tier, folder, _, allowed in table_rows(text, "tiers"):
            tiers[folder] = int(tier)
            self.may_include[folder] = set(words(allowed)) | {folder}
        for folder, allowed in self.may_include.items():
            for other in allowed - {folder}:
                if other not in tiers:
                    raise TableError(f"docs/architecture.md: {folder} may include {other}, which is no folder of the table")
                if tiers[other] >= tiers[folder]:
                    raise TableError(f"docs/architecture.md: {folder} may include {other}, which is not of a lower tier")
        for prefixes, folders, endings in table_rows(text, "headers"):
            for prefix in words(prefixes):
                self.headers.append((prefix, set(words(folders)), tuple(words(endings))))
        # Endings that mark a header as private to files of its kind: "_torch.hpp", but not plain ".hpp".
        self.marked_endings = {ending for _, _, endings in self.headers for ending in endings if ending.startswith("_")}

    def own_header_problem(self, folder, file_name, included):
        other = included.split("/")[0]
        if "/" not in included:
            return f'includes "{included}" without its folder'
        if other not in self.may_include:
            return f'includes "{included}" of a folder that the table does not have'
        if other not in self.may_include[folder]:
            return f'{folder} must not include {other} ("{included}")'
        for ending in self.marked_endings:
            if not included.endswith(ending):
                continue
            if ending == "_internal.hpp" and other != folder:
                return f'"{included}" is internal to {other}'
            if not file_name.endswith((".cpp", ending)):
                return f'"{included}" may be included only by .cpp files and headers named *{ending}'
        return None

    def outside_header_problem(self, folder, file_name, included):
        for prefix, folders, endings in self.headers:
            if not (included == prefix or (not prefix.endswith(".h") and included.startswith(prefix))):
                continue
            if folder not in folders:
                return f"<{included}> belongs to {', '.join(sorted(folders))}, not to {folder}"
            if not file_name.endswith((".cpp",) + endings):
                kinds = "".join(f" and headers named *{ending}" for ending in endings)
                return f"<{included}> may be included only by .cpp files{kinds}"
        return None

    def problem(self, folder, file_name, quote, included):
        outside = self.outside_header_problem(folder, file_name, included)
        if outside or quote == "<":
            return outside
        return self.own_header_problem(folder, file_name, included)


def namespace_problem(folder, name):
    """What is in core stands in cytoscale itself; each other folder has a namespace of its name."""
    room = "cytoscale" if folder == "core" else f"cytoscale::{folder}"
    if name == room or name.startswith(room + "::"):
        return None
    return f"namespace {name} in {folder}, whose names stand in {room}"


def crowded(root, repository):
    """Folders with too many files, one line each."""
    for path in [root] + [path for path in sorted(root.rglob("*")) if path.is_dir()]:
        count = sum(1 for file in path.iterdir() if file.suffix in (".cpp", ".hpp"))
        if count > MOST_FILES:
            yield f"{path.relative_to(repository)}: {count} files, more than {MOST_FILES}: divide it into rooms"


def long_jobs(root, repository):
    """Files of jobs/ that hold more than wiring, one line each."""
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".cpp", ".hpp"):
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_JOB_LINES:
            yield (f"{path.relative_to(repository)}: {lines} lines, more than {MOST_JOB_LINES}: options belong to src/settings, "
                   "logic to the library that it is of")


def violations(repository):
    repository = pathlib.Path(repository)
    rules = Rules((repository / "docs" / "architecture.md").read_text(encoding="utf-8"))
    found, files, headers = [], 0, {}
    folders = [(path.name, path) for path in sorted((repository / "src").iterdir()) if path.is_dir()]
    found += long_jobs(repository / "jobs", repository)
    for folder, root in folders + [("jobs", repository / "jobs")]:
        found += crowded(root, repository)
        for path in sorted(root.rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".h", ".in", ".cu"):
                continue
            files += 1
            if folder not in rules.may_include:
                raise TableError(f"{path.relative_to(repository)}: folder '{folder}' is not in docs/architecture.md's table")
            if path.suffix == ".hpp" and headers.setdefault(path.name, path) != path:
                found.append(f"{path.relative_to(repository)}: a header of this name is {headers[path.name].relative_to(repository)}")
            text = FORWARD.sub(lambda match: "\n" * match.group().count("\n"), path.read_text(encoding="utf-8"))
            for number, line in enumerate(text.splitlines(), 1):
                match, room = INCLUDE.match(line), NAMESPACE.match(line)
                problem = match and rules.problem(folder, path.name.removesuffix(".in"), *match.groups())
                problem = problem or (room and namespace_problem(folder, room.group(1)))
                if problem:
                    found.append(f"{path.relative_to(repository)}:{number}: {problem}")
    return found, files


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found, files = violations(arguments[0])
    except (TableError, OSError, ValueError) as error:
        print(f"layering: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(line)
    print(f"layering: {files} files, {len(found)} violations")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

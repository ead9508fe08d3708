"""Makes a corpus of Markdown files from the docstrings and help topics of this machine's Python.

python3 corpus.py FOLDER FILES BYTES_PER_FILE

Real prose with headings, lists, indented code and long words, on every machine that has Python; the same
folder every time on one machine. Python's text is used over and over, a little different every time, since a
text that was seen before costs no embedder anything.
"""

import ast
import pathlib
import random
import re
import sys
import sysconfig
import warnings

LONGEST_SECTION = 2500


def docstrings():
    """Sections made of the standard library's docstrings, in the order of its files."""
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if {"site-packages", "dist-packages", "test", "tests"} & set(path.relative_to(root).parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf8"))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                text = ast.get_docstring(node)
                if text and len(text) > 80:
                    yield f"## {path.stem}.{getattr(node, 'name', 'module')}\n\n{text[:LONGEST_SECTION]}\n\n"


def topics():
    """Sections made of `help()`'s topics, cut between paragraphs."""
    try:
        from pydoc_data.topics import topics as texts
    except ImportError:
        return
    for name, text in texts.items():
        section = ""
        for paragraph in text.split("\n\n"):
            if section and len(section) + len(paragraph) > 1500:
                yield f"## {name}\n\n{section}"
                section = ""
            section += paragraph + "\n\n"
        if section.strip():
            yield f"## {name}\n\n{section}"


def write(folder, files, size):
    warnings.simplefilter("ignore")
    sections = list(dict.fromkeys([*docstrings(), *topics()]))
    shuffle = random.Random(1).shuffle
    shuffle(sections)
    at = 0
    passes = 1
    for number in range(files):
        text = f"# Document {number:06}\n\n"
        while len(text) < size:
            if at == len(sections):
                shuffle(sections)
                at = 0
                passes += 1
            text += re.sub(r"\b(a|in|is|of|the|to)\b", rf"\1 {passes}", sections[at]) if passes > 1 else sections[at]
            at += 1
        part = folder / f"part{number % 20:02}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"document{number:06}.md").write_text(text, encoding="utf8")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

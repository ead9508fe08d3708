"""The text of a file by a reader that has nothing to do with embed, for benchmarks/documents/run.js.

    python3 reference.py FORMAT FILE
"""
import re
import subprocess
import sys


def pdf(path):
    """pdftotext's pages, without the running heads and feet that embed leaves out, too: lines at the edge of many pages."""
    pages = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout.split("\f")
    pages = [page.strip().split("\n") for page in pages if page.strip()]
    edges = {}
    for page in pages:
        lines = [line for line in page if line.strip()]
        for line in {bare(line) for line in lines[:2] + lines[-2:]}:
            edges[line] = edges.get(line, 0) + 1
    running = {line for line, count in edges.items() if count >= max(3, len(pages) * 0.04)}
    kept = []
    for page in pages:
        full = [index for index, line in enumerate(page) if line.strip()]
        at_edge = set(full[:2] + full[-2:])
        kept += [line for index, line in enumerate(page) if not (index in at_edge and bare(line) in running)]
    text = "\n".join(kept)
    # Words that line ends cut, and the dots of contents lists.
    text = re.sub(r"(\w)[-\u00ad\u2010]\n(?=[a-z])", r"\1", text)
    return re.sub(r"(?:\s\.){3,}", " ", text)


def bare(line):
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.strip())


def docx(path):
    import docx as library

    document = library.Document(path)
    parts = []

    def walk(element):
        for child in element.iterchildren():
            tag = str(child.tag).rsplit("}", 1)[-1]
            if tag == "p":
                parts.append(library.text.paragraph.Paragraph(child, document).text)
            elif tag in ("tbl", "tr", "tc", "sdt", "sdtContent"):
                walk(child)

    def around(kinds):
        for section in document.sections:
            for part in [getattr(section, kind) for kind in kinds]:
                if not part.is_linked_to_previous:
                    walk(part._element)

    around(["header", "first_page_header", "even_page_header"])
    walk(document.element.body)
    around(["footer", "first_page_footer", "even_page_footer"])
    return "\n".join(parts)


def pptx(path):
    import pptx as library

    parts = []

    def walk(shapes):
        for shape in shapes:
            if shape.has_text_frame:
                parts.append(shape.text_frame.text)
            if getattr(shape, "has_table", False) and shape.has_table:
                parts.extend(cell.text for row in shape.table.rows for cell in row.cells)
            if getattr(shape, "has_chart", False) and shape.has_chart:
                for plot in shape.chart.plots:
                    parts.extend(series.name for series in plot.series)
                    for index, category in enumerate(plot.categories):
                        parts.append(str(category))
                        parts.extend(f"{series.values[index]:g}" for series in plot.series if series.values[index] is not None)
            if hasattr(shape, "shapes"):
                walk(shape.shapes)

    for slide in library.Presentation(path).slides:
        walk(slide.shapes)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            parts.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(parts)


def xlsx(path):
    import openpyxl
    from openpyxl.utils.escape import unescape

    book = openpyxl.load_workbook(path, data_only=True)
    parts = []
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
        # A sheet without cells has no name in embed's text. Numbers are shown by formats, which openpyxl doesn't apply.
        if cells:
            parts.append(sheet.title)
        parts.extend(unescape(cell) for cell in cells if isinstance(cell, str))
    return "\n".join(parts)


def odf(path):
    from odf import teletype
    from odf.opendocument import load
    from odf.namespaces import TEXTNS

    document = load(path)
    parts = []

    def walk(node):
        if getattr(node, "qname", None) in ((TEXTNS, "p"), (TEXTNS, "h")):
            parts.append(teletype.extractText(node))
            return
        for child in node.childNodes:
            walk(child)

    walk(document.body)
    return "\n".join(parts)


def html(path):
    with open(path, "rb") as file:
        return soup(file.read())


def soup(markup):
    from bs4 import BeautifulSoup

    page = BeautifulSoup(markup, "lxml")
    body = page.body or page
    skipped = ["script", "style", "nav", "footer", "noscript", "template"]
    for element in body.find_all(skipped) + body.find_all(attrs={"role": ["navigation", "contentinfo", "search"]}):
        element.decompose()
    for element in body.find_all(class_=["navheader", "navfooter", "sphinxsidebar", "related", "headerlink"]):
        element.decompose()
    for element in body.find_all("img"):
        element.replace_with(f" {element.get('alt', '')} ")
    for element in body.find_all(["p", "li", "td", "th", "div", "br", "dt", "dd", "pre", "h1", "h2", "h3", "h4", "h5", "tr"]):
        element.insert_before("\n")
        element.insert_after("\n")
    return body.get_text()


def epub(path):
    import posixpath
    import zipfile
    from urllib.parse import unquote
    from xml.etree import ElementTree

    parts = []
    with zipfile.ZipFile(path) as book:
        container = ElementTree.fromstring(book.read("META-INF/container.xml"))
        root = container.find(".//{*}rootfile").get("full-path")
        package = ElementTree.fromstring(book.read(root))
        items = {item.get("id"): item for item in package.findall(".//{*}item")}
        for ref in package.findall(".//{*}itemref"):
            item = items[ref.get("idref")]
            if ref.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
                continue
            parts.append(soup(book.read(posixpath.normpath(posixpath.join(posixpath.dirname(root), unquote(item.get("href")))))))
    return "\n".join(parts)


def rst(path):
    from docutils.core import publish_string

    settings = {"report_level": 5, "halt_level": 5, "file_insertion_enabled": False, "raw_enabled": False}
    with open(path, encoding="utf8") as file:
        return soup(publish_string(file.read(), writer="html5", settings_overrides={**settings, "embed_stylesheet": False}))


def markdown(path):
    from markdown_it import MarkdownIt

    with open(path, encoding="utf8") as file:
        return soup(MarkdownIt("commonmark").enable("table").render(file.read()))


def ipynb(path):
    import json

    with open(path, encoding="utf8") as file:
        book = json.load(file)
    cells = book.get("cells") or [cell for sheet in book.get("worksheets", []) for cell in sheet["cells"]]
    text = lambda value: "".join(value) if isinstance(value, list) else value or ""
    parts = []
    for cell in cells:
        parts.append(text(cell.get("source", cell.get("input"))))
        for output in cell.get("outputs", []):
            data = output.get("data", output)
            if isinstance(output.get("text"), (str, list)):
                parts.append(text(output["text"]))
            elif "text/html" not in data and "text/plain" in data and ("image/png" not in data or "text/latex" in data):
                # A formula is shown as a picture, too.
                parts.append(text(data["text/plain"]))
    return "\n".join(parts)


def man(path):
    import gzip

    with (gzip.open if path.endswith(".gz") else open)(path) as file:
        source = file.read()
    options = ["groff", "-mandoc", "-Tutf8", "-rLL=20000n", "-P-c", "-P-b", "-P-o", "-P-u", "-Kutf8", "-t"]
    shown = subprocess.run(options, input=source, capture_output=True, check=True).stdout.decode()
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in shown.strip().split("\n")]
    # The running head and foot.
    return "\n".join(lines[1:-1])


def rtf(path):
    from striprtf.striprtf import rtf_to_text

    with open(path, encoding="latin1") as file:
        return rtf_to_text(file.read(), errors="ignore")


readers = {"pdf": pdf, "docx": docx, "pptx": pptx, "xlsx": xlsx, "odt": odf, "ods": odf, "odp": odf, "html": html, "epub": epub,
           "rst": rst, "markdown": markdown, "notebook": ipynb, "man": man, "rtf": rtf}
sys.stdout.reconfigure(encoding="utf8", errors="replace")
print(readers[sys.argv[1]](sys.argv[2]))

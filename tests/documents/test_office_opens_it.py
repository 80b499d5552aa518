"""The Word file and the workbook in a real office program."""

import csv
import subprocess
import zipfile

import pypdfium2
import pytest

from conftest import needed
from spean.documents.fonts import font_files

pytestmark = pytest.mark.xdist_group("kamrieng")


def converted(file, folder, kind):
    office = needed("LibreOffice", "soffice", "libreoffice")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, str(file)], check=True, capture_output=True, timeout=240)
    return folder / f"{file.stem}.{kind.split(':')[0]}"


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["Table 19", "Figure 3", "47.0%"]), ("km", ["តារាង ១៩", "៤៧.០%"])]
)
def test_the_word_file_opens_whole(kamrieng, tmp_path, lang, words):
    paper = pypdfium2.PdfDocument(converted(kamrieng / lang / "report.docx", tmp_path, "pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in paper)
    for word in words:
        assert word in text
    assert 15 <= len(paper) <= 40
    pictures = sum(1 for page in paper for thing in page.get_objects() if thing.type == 3)
    assert pictures >= 8, "each figure is a picture"


def test_the_workbook_opens_with_numbers(kamrieng, tmp_path):
    table = converted(
        kamrieng / "en" / "tables.xlsx",
        tmp_path,
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,6",
    )
    files = sorted(tmp_path.glob("tables*.csv"))
    assert table in files or files
    rows = list(csv.reader(files[0].open(encoding="utf-8")))
    passport = next(row for row in rows if row and row[0] == "Passport")
    assert passport[1:7] == ["99", "48.3", "52", "45.6", "151", "47.3"]


def test_khmer_needs_no_font_on_the_machine(kamrieng, tmp_path):
    """The font is in the file: an office program sets Khmer with it, and not with boxes."""
    word = kamrieng / "km" / "report.docx"
    paper = converted(word, tmp_path, "pdf")
    lister = needed("pdffonts", "pdffonts")
    listed = subprocess.run([lister, paper], check=True, capture_output=True, text=True)
    assert "NotoSansKhmer" in listed.stdout
    with zipfile.ZipFile(word) as package:
        held = package.read("word/fonts/font1.odttf")
    original = font_files()["Noto Sans Khmer"].read_bytes()
    assert held[32:] == original[32:]
    assert held[:32] != original[:32]

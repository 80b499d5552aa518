"""Every fixed word of the documents has Khmer: found in the sources, not listed by hand."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import spean.documents
from spean.documents.fixed import gettext

DOCUMENTS = Path(spean.documents.__file__).parent
CATALOGUE = DOCUMENTS / "locale" / "km" / "LC_MESSAGES" / "spean.po"
IN_TEMPLATE = re.compile(r"""\b_\(\s*(["'])(.+?)\1\s*\)""")
PLACEHOLDER = re.compile(r"\{\w+\}")


def in_python(source: str) -> set[str]:
    """Find the texts given to gettext or _; neighbouring strings are one text."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("gettext", "_")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(str(node.args[0].value))
    return found


def messages() -> list[str]:
    found = set()
    for file in DOCUMENTS.glob("*.py"):
        found |= in_python(file.read_text(encoding="utf-8"))
    for file in (DOCUMENTS / "templates").glob("*.html"):
        found |= {match[2] for match in IN_TEMPLATE.finditer(file.read_text(encoding="utf-8"))}
    return sorted(found)


def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def test_neighbouring_strings_are_one_text():
    assert in_python('gettext("one "\n "two", lang); _(\'three\'); other("four")') == {
        "one two",
        "three",
    }


def test_texts_are_found_in_code_and_in_the_template():
    assert {"Table", "Figure", "Contents", "Asked of"} <= set(messages())


@pytest.mark.parametrize("message", messages())
def test_message_has_khmer(message):
    khmer = gettext(message, "km")
    assert re.search(r"[\u1780-\u17ff]", khmer), f"no Khmer for “{message}” in {CATALOGUE.name}"
    assert set(PLACEHOLDER.findall(khmer)) == set(PLACEHOLDER.findall(message))


def test_catalogue_has_nothing_that_the_documents_no_longer_say():
    assert {str(entry.id) for entry in catalogue() if entry.id} <= set(messages())


def test_catalogue_says_its_language_and_that_nobody_reviewed_it():
    read = catalogue()
    assert str(read.locale) == "km"
    assert read.charset.lower() == "utf-8"
    assert all("unreviewed" in entry.auto_comments for entry in read if entry.id)

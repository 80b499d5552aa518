"""Forms that nobody here wrote: read where pyxform takes them, refused with the place where not."""

import pytest

from conftest import SHARED
from spean.survey.codebook import make_codebook
from spean.survey.errors import FaultyInput
from spean.survey.instrument import read_instrument

KINDS = (".xlsx", ".xls", ".md", ".csv")
FORMS = sorted(
    path.name
    for path in (SHARED / "forms").glob("*")
    if path.suffix in KINDS and path.name[0].isdigit()
)
PLACES = {
    "05-unhcr-demo-amharic.xlsx": "sheet choices, row 7, column “name”: the answer “never” stands",
    "06-unhcr-survey-4-languages.xlsx": r"sheet survey, row 64, column “calculation”: \$\{S1\} is",
    "15-broken-duplicate-columns.xlsx": "row 1, column “label”: the heading stands twice",
    "16-broken-calculate-empty.xls": "row 34, column “calculation”: the cell is empty",
    "17-broken-unknown-type.xlsx": "row 35, column “type”: “country” is no type",
}


def pyxform_takes(path) -> bool:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        convert(xlsform=path, validate=False)
    except PyXFormError:
        return False
    return True


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_where_pyxform_takes_it(name):
    path = SHARED / "forms" / name
    if pyxform_takes(path):
        codebook = make_codebook(read_instrument(path))
        assert codebook.variables
        assert codebook.unread_constraints == ()
    else:
        with pytest.raises(FaultyInput, match=PLACES[name]):
            read_instrument(path)


def test_the_forms_are_there(shared):
    assert len(FORMS) == 15


def test_missing_translations_of_a_foreign_form_are_listed(shared):
    form = read_instrument(shared / "forms" / "01-reach-msna-2024.xlsx")
    assert next((gap.row, gap.column) for gap in form.gaps) == (134, "label::french")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("select all that apply from crops or specify other", ("select_multiple", "crops", True)),
        ("select_one yes_no or_other", ("select_one", "yes_no", True)),
        ("select_one_from_file towns.csv", ("select_one_from_file", "towns.csv", False)),
        ("phone number", ("phonenumber", "", False)),
        ("add integer prompt", ("integer", "", False)),
        ("begin looped", None),
        ("Begin Group", ("begin_group", "", False)),
        ("end time", ("end", "", False)),
        ("country", None),
    ],
)
def test_types_have_many_spellings(written, read):
    from spean.survey.kinds import read_type

    assert read_type(written) == read

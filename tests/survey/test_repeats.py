"""A repeat is a child table: typed, joined to its interview, with universes of its own."""

import narwhals.stable.v2 as nw
import pytest

from spean.survey.answers import read_answers
from spean.survey.codebook import make_codebook
from spean.survey.conditions import condition
from spean.survey.errors import FaultyInput
from spean.survey.instrument import read_instrument

FORM = """\
survey,type,name,label,relevant
,select_one yes_no,poor,Poor?,
,begin_repeat,member,Members,${poor} = 'yes'
,integer,age,Age,
,select_multiple work,work,Work,${age} >= 15
,end_repeat,,,
choices,list_name,name,label
,yes_no,yes,Yes
,yes_no,no,No
,work,farm,Farm
,work,shop,Shop
"""


@pytest.fixture
def codebook(tmp_path):
    (tmp_path / "form.csv").write_text(FORM)
    return make_codebook(read_instrument(tmp_path / "form.csv"))


def write(folder, interviews, members):
    (folder / "data.csv").write_text(interviews)
    (folder / "data.member.csv").write_text(members)
    return folder / "data.csv"


def test_rows_are_typed_and_know_their_interview(codebook, tmp_path):
    path = write(
        tmp_path,
        "instance_id,poor\na,yes\nb,no\nc,yes\n",
        "instance_id,age,work\na,30,farm shop\na,9,\nc,15,shop\n",
    )
    answers = read_answers(path, codebook)
    assert answers.children["member"]["age"].to_list() == [30.0, 9.0, 15.0]
    assert answers.children["member"]["work/farm"].to_list() == [True, None, False]
    rows = answers.rows_of("member")
    assert rows["poor"].to_list() == ["yes", "yes", "yes"]
    asked = condition(codebook["work"].universe.condition, codebook.kinds("member"))
    assert nw.from_native(rows).select(asked.alias("x"))["x"].to_list() == [True, False, True]


def test_the_universe_in_a_repeat_joins_that_of_the_repeat(codebook):
    assert codebook["work"].universe.words["en"] == "answered “Yes” to “Poor?” and “Age” ≥ 15"


def test_what_does_not_fit_in_a_repeat_is_listed(codebook, tmp_path):
    path = write(
        tmp_path, "instance_id,poor\na,yes\n", "instance_id,age,work\na,old,farm\nz,40,mine\n"
    )
    found = [(m.row, m.variable, m.value) for m in read_answers(path, codebook).misfits]
    assert found == [(3, "instance_id", "z"), (2, "age", "old"), (3, "work", "mine")]


def test_a_repeat_without_keys_is_refused(codebook, tmp_path):
    path = write(tmp_path, "instance_id,poor\na,yes\n", "age,work\n30,farm\n")
    with pytest.raises(FaultyInput, match=r"data\.member\.csv, row 1, column “instance_id”"):
        read_answers(path, codebook)

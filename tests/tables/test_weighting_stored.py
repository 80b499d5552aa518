"""Weights that a study keeps: read back with what they do to errors, refused when stale."""

import shutil

import numpy as np
import pytest

from spean.cli import main
from spean.survey.errors import CouldNotRead, FaultyInput
from spean.survey.study import open_study
from spean.tables.weighting import RegressionResiduals, fits, read_weights, study_weights
from tables.weighted import MARGINS, weighted_study


@pytest.fixture
def study(small_study):
    return weighted_study(small_study)


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.csv"

    def write(text):
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_weights_come_in_the_order_of_the_interviews(weights):
    path = weights("instance_id,weight\nb,2\nc,0\na,1.5\n")
    assert read_weights(path, ["a", "b", "c"]).tolist() == [1.5, 2, 0]
    assert read_weights(path, ["b"]).tolist() == [2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the columns instance_id and weight are needed"),
        ("id,weight\na,1\n", "the columns instance_id and weight are needed"),
        ("instance_id,weight\na,1\n", "interviews without a weight: 1 (b)"),
        ("instance_id,weight\na,1\nb,-2\n", "row 3, column “weight”: the weight -2 cannot be"),
        ("instance_id,weight\na,1\nb,inf\n", "the weight inf cannot be"),
        ("instance_id,weight\na,1\nb,two\n", "“two” is no number"),
        ("instance_id,weight\na,1\nb,\n", "the weight is missing"),
        (
            "instance_id,weight\na,1\nb,1\na,2\n",
            "row 4, column “instance_id”: the id “a” stands twice",
        ),
        ("instance_id,weight\na,1\n,1\nb,1\n", "row 3, column “instance_id”: the id is missing"),
        ("instance_id,weight\na,0\nb,0\n", "all weights are 0"),
    ],
)
def test_faults_of_a_weights_file(weights, text, said):
    with pytest.raises(FaultyInput) as caught:
        read_weights(weights(text), ["a", "b"])
    assert said in str(caught.value)


def test_a_weights_file_that_is_not_there(tmp_path):
    with pytest.raises(CouldNotRead):
        read_weights(tmp_path / "none.csv", ["a"])


def weigh(folder, *options):
    return main(["weight", str(folder), "--margins", str(folder / "margins.csv"), *options])


def stored(folder):
    study = open_study(folder)
    return study_weights(study, study.data_file)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--method", "linear"),
        ("--method", "logit", "--bounds", "0.2", "5"),
        ("--start", "pw", "--trim", "3"),
        ("--start", "pw", "--trim", "3", "--strata", "worked", "--method", "linear"),
    ],
)
def test_a_run_gets_the_weights_and_their_adjustment(study, options):
    assert weigh(study, *options) == 0
    found = stored(study)
    assert isinstance(found.adjustment, RegressionResiduals)
    assert found.weights == pytest.approx(read_weights(found.file, _ids(study)), rel=1e-9)
    assert found.diagnostics.sum == pytest.approx(10_000)
    targets = _targets(study, found.recipe)
    for target in targets:
        left = found.adjustment.residuals(found.weights[:, None] * target.columns().toarray())
        assert np.abs(left).max() < 1e-6
    assert all(abs(fit.off) < 1e-7 for fit in fits(targets, found.weights, found.weights))


def _ids(folder):
    lines = (folder / "data" / "respondents.csv").read_text().splitlines()[1:]
    return [line.split(",")[0] for line in lines]


def _targets(folder, recipe):
    from spean.tables.weighting.interviews import read_interviews
    from spean.tables.weighting.matching import match

    study = open_study(folder)
    found = read_interviews(study, study.data_file)
    return match(recipe.margins, found.frame, found.ids, np.ones(len(found.ids)), "fail").targets


def test_weights_from_elsewhere_count_as_given(study):
    assert weigh(study) == 0
    (study / "weighting" / "weights.toml").unlink()
    found = stored(study)
    assert found.adjustment is None
    assert found.start is None
    assert found.diagnostics.sum == pytest.approx(10_000)


def test_a_study_without_weights_has_none(study):
    path = study / "study.toml"
    path.write_text(path.read_text().split("[weights]")[0])
    assert stored(study) is None


def test_a_section_without_a_file_is_told(study):
    path = study / "study.toml"
    path.write_text(path.read_text().split("[weights]")[0] + "[weights]\n")
    with pytest.raises(FaultyInput, match=r"\[weights\] names no file"):
        stored(study)


def test_weights_of_other_data_are_refused(study):
    assert weigh(study) == 0
    path = study / "data" / "respondents.csv"
    changed = path.read_text().replace(
        "i000,yes,yes,12,passport permit,female", "i000,yes,yes,12,passport permit,male"
    )
    assert changed != path.read_text()
    path.write_text(changed)
    with pytest.raises(
        FaultyInput, match=r"weights that are not what weights.toml makes of .*spean weight again"
    ):
        stored(study)


def test_a_recipe_that_somebody_broke_is_told(study):
    assert weigh(study) == 0
    path = study / "weighting" / "weights.toml"
    for old, new in (('"rake"', '"rakes"'), ("figures = ", "figure = "), ("unit = ", "units = ")):
        shutil.copy(path, study / "kept.toml")
        path.write_text(path.read_text().replace(old, new))
        with pytest.raises(FaultyInput, match="it is not as spean weight writes it"):
            stored(study)
        shutil.copy(study / "kept.toml", path)
    assert stored(study).recipe.margins.margins[0].figures == {
        ("female",): 6000.0,
        ("male",): 4000.0,
    }
    assert MARGINS.count("6000") == 1

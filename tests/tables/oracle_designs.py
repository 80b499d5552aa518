"""The designs of tests/tables/oracles/estimates.R, under the same names, and their columns."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import polars as pl

from spean.tables.design import (
    Design,
    ReplicateDesign,
    make_design,
    make_replicates,
    read_replicates,
)
from spean.tables.design.arrays import group_sums
from spean.tables.design.stages import codes_of

ORACLES = Path(__file__).parent / "oracles"


@cache
def data(name: str) -> pl.DataFrame:
    return pl.read_csv(ORACLES / "data" / f"{name}.csv", infer_schema_length=None)


@dataclass(frozen=True)
class Sample:
    """A design with its frame: ``s["x"]`` gives numbers (NaN where blank)."""

    design: Design | ReplicateDesign
    frame: pl.DataFrame

    def __getitem__(self, name: str) -> np.ndarray:
        return self.frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()

    def columns(self, *names: str) -> np.ndarray:
        return np.column_stack([self[name] for name in names])

    def has(self, name: str, value: object) -> np.ndarray:
        return (self.frame[name] == value).fill_null(False).to_numpy()

    def codes(self, name: str) -> np.ndarray:
        """Codes in the order of the values, -1 where blank (as R's factors)."""
        ranks = self.frame[name].rank("dense").cast(pl.Int64) - 1
        return ranks.fill_null(-1).to_numpy()


@dataclass(frozen=True)
class PostStrata:
    """Post-stratification: what is left of a score is its distance from its class's mean."""

    codes: np.ndarray
    before: np.ndarray
    after: np.ndarray

    def residuals(self, scores: np.ndarray) -> np.ndarray:
        size = int(self.codes.max()) + 1
        influence = scores / self.after[:, None]
        sums = group_sums(self.codes, influence, size, self.before)
        masses = np.bincount(self.codes, self.before, size)
        return scores - (sums / masses[:, None])[self.codes] * self.after[:, None]


@dataclass(frozen=True)
class Raking:
    """Raking: unweighted means of influence swept out by each margin, ten times, as R does."""

    margins: tuple[tuple[np.ndarray, np.ndarray], ...]

    def residuals(self, scores: np.ndarray) -> np.ndarray:
        for _ in range(10):
            for codes, weights in self.margins:
                influence = scores / weights[:, None]
                counts = np.bincount(codes)
                means = group_sums(codes, influence, len(counts)) / counts[:, None]
                scores = scores - means[codes] * weights[:, None]
        return scores


def fitted(weights: np.ndarray, codes: np.ndarray, margin: list[float]) -> np.ndarray:
    return weights * (np.array(margin) / np.bincount(codes, weights))[codes]


class Designs:
    @cached_property
    def dsrs(self):
        frame = data("apisrs")
        return Sample(make_design(frame, weights="pw", fpc=["fpc"]), frame)

    @cached_property
    def dflat(self):
        frame = data("apisrs")
        return Sample(make_design(frame), frame)

    @cached_property
    def dstrat(self):
        frame = data("apistrat")
        return Sample(make_design(frame, weights="pw", strata=["stype"], fpc=["fpc"]), frame)

    @cached_property
    def dclus1(self):
        frame = data("apiclus1")
        return Sample(make_design(frame, weights="pw", clusters=["dnum"], fpc=["fpc"]), frame)

    @cached_property
    def dclus2(self):
        frame = data("apiclus2")
        return Sample(make_design(frame, clusters=["dnum", "snum"], fpc=["fpc1", "fpc2"]), frame)

    @cached_property
    def dclus2wr(self):
        frame = data("apiclus2")
        return Sample(make_design(frame, weights="pw", clusters=["dnum", "snum"]), frame)

    @cached_property
    def dnhanes(self):
        frame = data("nhanes")
        made = make_design(
            frame, weights="WTMEC2YR", strata=["SDMVSTRA"], clusters=["SDMVPSU"], nest=True
        )
        return Sample(made, frame)

    @cached_property
    def dpps(self):
        frame = data("election_pps")
        return Sample(make_design(frame, fpc=["p"], pps=True), frame)

    @cached_property
    def dfpc(self):
        frame = data("fpc")
        made = make_design(
            frame, weights="weight", strata=["stratid"], clusters=["psuid"], fpc=["Nh"], nest=True
        )
        return Sample(made, frame)

    @cached_property
    def dnofpc(self):
        frame = data("fpc")
        made = make_design(
            frame, weights="weight", strata=["stratid"], clusters=["psuid"], nest=True
        )
        return Sample(made, frame)

    @cached_property
    def dmu(self):
        frame = data("mu284")
        return Sample(make_design(frame, clusters=["id1", "id2"], fpc=["n1", "n2"]), frame)

    @cached_property
    def dhosp(self):
        frame = data("hospital")
        made = make_design(
            frame, weights="weighta", strata=["oblevel"], clusters=["hospno"], fpc=["tothosp"]
        )
        return Sample(made, frame)

    @cached_property
    def dscd(self):
        frame = data("scd")
        return Sample(make_design(frame, strata=["ESA"], clusters=["ambulance"], nest=True), frame)

    @cached_property
    def dwhole(self):
        whole = pl.when(pl.col("stype") == "H").then(50).otherwise(pl.col("fpc"))
        frame = data("apistrat").with_columns(fpc=whole)
        return Sample(make_design(frame, weights="pw", strata=["stype"], fpc=["fpc"]), frame)

    @cached_property
    def dcertain(self):
        frame = data("apiclus1").with_columns(certain=pl.col("dnum") == 637)
        return Sample(
            make_design(frame, weights="pw", clusters=["dnum"], certainty="certain"), frame
        )

    def lonely(self, choice, with_fpc=True):
        frame = data("lonely")
        fpc = ["fpc"] if with_fpc else []
        return Sample(
            make_design(frame, weights="pw", strata=["stype"], fpc=fpc, lonely=choice), frame
        )

    @cached_property
    def rscd(self):
        frame = data("scd").with_columns(one=pl.lit(1.0))
        names = ["r1", "r2", "r3", "r4"]
        return Sample(
            read_replicates(frame, weights="one", replicates=names, kind="BRR", combined=False),
            frame,
        )

    @cached_property
    def rboot(self):
        frame = data("bootstrap")
        scale = float((ORACLES / "data" / "bootstrap_scale.txt").read_text())
        names = [f"b{at}" for at in range(1, 41)]
        made = read_replicates(
            frame, weights="pw", replicates=names, kind="other", scale=scale, combined=False
        )
        return Sample(made, frame)

    def made(self, sample, kind, **how):
        return Sample(make_replicates(sample.design, kind, **how), sample.frame)

    @cached_property
    def rclus1(self):
        return self.made(self.dclus1, "JK1")

    @cached_property
    def rstrat(self):
        return self.made(self.dstrat, "JKn")

    @cached_property
    def rnhanes(self):
        return self.made(self.dnhanes, "JKn")

    @cached_property
    def dclus1p(self):
        plain, codes = self.dclus1.design, codes_of(self.dclus1.frame, "stype")
        named = dict(zip(self.dclus1.frame["stype"], codes.tolist(), strict=True))
        margin = [0.0] * 3
        for name, size in {"E": 4421, "H": 755, "M": 1018}.items():
            margin[named[name]] = size
        weights = fitted(plain.weights, codes, margin)
        return Sample(
            plain.reweighted(weights, PostStrata(codes, plain.weights, weights)), self.dclus1.frame
        )

    @cached_property
    def dclus1r(self):
        plain, sample = self.dclus1.design, self.dclus1
        types, wide = sample.codes("stype"), sample.codes("sch.wide")
        weights = plain.weights
        for _ in range(100):
            first = fitted(weights, types, [4421, 755, 1018])
            weights = fitted(first, wide, [1072, 5122])
        raking = Raking(((types, first), (wide, weights)))
        return Sample(plain.reweighted(weights, raking), sample.frame)


designs = Designs()

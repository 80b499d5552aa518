"""Replicate weights made from a design: jackknife, balanced halves, bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import hadamard

from spean.tables.design.arrays import Floats
from spean.tables.design.design import Design
from spean.tables.design.replicates import Kind, ReplicateDesign
from spean.tables.design.stages import Stage
from spean.tables.errors import DesignError


@dataclass(frozen=True)
class _Made:
    factors: Floats
    scale: float
    rscales: Floats


def make_replicates(
    design: Design,
    kind: Kind,
    *,
    replicates: int = 200,
    rho: float = 0.5,
    seed: int = 0,
    mse: bool = False,
) -> ReplicateDesign:
    """Make replicate weights from a design's first stage (R's ``as.svrepdesign``).

    ``JK1`` (no strata) and ``JKn`` leave one PSU out at a time; ``BRR`` and ``Fay`` (``rho``) take
    balanced halves of strata with two PSUs by a Hadamard matrix of the next power of 2;
    ``bootstrap`` draws n-1 of a stratum's n PSUs, ``replicates`` times (Rao and Wu 1988; R's
    subbootstrap), from ``seed``. First-stage FPC carries over but for balanced halves.
    Raises DesignError where the design does not allow the kind, and for weighting steps: make
    the replicates first, then reweight them.
    """
    if design.adjustments:
        raise DesignError(
            "These weights were already adjusted to margins. Make the replicates from the design "
            "before, then adjust each replicate with ReplicateDesign.reweighted."
        )
    first = design.stages[0]
    makers: dict[str, Callable[[], _Made]] = {
        "JK1": lambda: _jackknife(first),
        "JKn": lambda: _stratified(design),
        "BRR": lambda: _halves(first, 0.0),
        "Fay": lambda: _halves(first, rho),
        "bootstrap": lambda: _bootstrap(design, replicates, seed),
    }
    if kind not in makers:
        raise DesignError(f"Spean makes replicates of the kinds {', '.join(makers)}, not {kind}.")
    made = makers[kind]()
    weights, factors, scale, rscales = design.weights, made.factors, made.scale, made.rscales
    return ReplicateDesign(weights, weights, first.unit, factors, scale, rscales, mse, design)


def _jackknife(stage: Stage) -> _Made:
    if len(stage.sampled) > 1:
        raise DesignError("JK1 is for a design without strata; choose JKn.")
    n = len(stage.stratum)
    if n < 2:
        raise DesignError("The design has only one PSU; the jackknife needs two or more.")
    factors = np.full((n, n), n / (n - 1))
    np.fill_diagonal(factors, 0.0)
    return _Made(factors, (1 - float(stage.fraction[0])) * (n - 1) / n, np.ones(n))


def _stratified(design: Design) -> _Made:
    stage = design.stages[0]
    n = stage.sampled[stage.stratum]
    strata = len(stage.sampled)
    alone = stage.lonely[stage.stratum]
    if alone.any() and design.lonely == "adjust" and strata < 2:
        raise DesignError("The design has only one PSU; the jackknife needs two or more.")
    left_out = stage.fraction < 1
    if design.lonely != "adjust":
        left_out &= ~alone
    out = np.flatnonzero(left_out)
    if not len(out):
        raise DesignError("No PSU is left to leave out: each is taken whole or alone.")
    factors = np.ones((len(n), len(out)))
    for at, psu in enumerate(out):
        same = stage.stratum == stage.stratum[psu]
        if alone[psu]:
            factors[:, at] = strata / (strata - 1)
        else:
            factors[same, at] = n[psu] / (n[psu] - 1)
        factors[psu, at] = 0.0
    size = np.where(alone, strata, n)[out]
    rscales = (size - 1) / size * np.where(alone, 1.0, 1 - stage.fraction)[out]
    scale = len(n) / len(out) if design.lonely == "average" else 1.0
    return _Made(factors, scale, rscales)


def _halves(stage: Stage, rho: float) -> _Made:
    if not 0 <= rho < 1:
        raise DesignError(f"Fay's rho is {rho:g}; it must be 0 or more and less than 1.")
    wrong = np.flatnonzero(stage.sampled != 2)
    if len(wrong):
        raise DesignError(
            f"Balanced halves need two PSUs in each stratum; {len(wrong)} strata have another "
            f"number ({stage.sampled[wrong[0]]}). Choose JKn or bootstrap."
        )
    strata = len(stage.sampled)
    signs = hadamard(1 << strata.bit_length())[1 : strata + 1].astype(float)
    second = np.ones(len(stage.stratum))
    second[np.unique(stage.stratum, return_index=True)[1]] = -1.0
    factors = 1 + (1 - rho) * second[:, None] * signs[stage.stratum]
    count = factors.shape[1]
    return _Made(factors, 1 / (count * (1 - rho) ** 2), np.ones(count))


def _bootstrap(design: Design, count: int, seed: int) -> _Made:
    if count < 2:
        raise DesignError(f"{count} replicates are too few for a bootstrap; take 100 or more.")
    stage = design.stages[0]
    if stage.lonely.any() and design.lonely in ("adjust", "average"):
        raise DesignError(
            "A bootstrap cannot tell the variance of a stratum with one PSU. Join it to a stratum "
            "that is like it, or choose lonely='remove'."
        )
    random = np.random.default_rng(seed)
    factors = np.ones((len(stage.stratum), count))
    for stratum in np.flatnonzero(stage.sampled > 1):
        psus = np.flatnonzero(stage.stratum == stratum)
        n = len(psus)
        drawn = random.multinomial(n - 1, np.full(n, 1 / n), size=count).T
        part = np.sqrt(1 - stage.fraction[psus])[:, None]
        factors[psus] = 1 + part * (drawn * n / (n - 1) - 1)
    return _Made(factors, 1 / (count - 1), np.ones(count))

"""How likely it is that a row is recognised, as if somebody knew the person and all keys.

Sources: Hundepool et al., Statistical Disclosure Control (Wiley, 2012), ch. 3; Franconi and
Polettini, Individual risk estimation in mu-Argus (PSD 2004); R sdcMicro, ``indivRisk``.
"""

import numpy as np
from scipy.special import hyp2f1

from spean.tables.release.matching import Floats


def prosecutor_risk(rows: Floats) -> Floats:
    """Give 1/f by row: who knows that the person is in the file picks one of f rows."""
    return np.asarray(1 / rows)


def individual_risk(rows: Floats, people: Floats) -> Floats:
    """Give the Benedetti–Franconi risk by row: E(1/F | f), f rows standing for F people.

    ``rows`` is f, the rows alike in the sample; ``people`` the sum of their weights, which
    estimates F. F given f is negative binomial with π = f / ΣW, so

        r = π^f / f · ₂F₁(f, f; f + 1; 1 − π) = π / f · ₂F₁(1, 1; f + 1; 1 − π).

    The second form (Euler's transformation) stays exact for large f. For f = 1 it is
    π / (1 − π) · ln(1 / π). Weights that sum to less than f count as f: then r = 1/f.
    """
    share = np.clip(rows / np.maximum(people, rows), 0.0, 1.0)
    return np.asarray(share / rows * hyp2f1(1.0, 1.0, rows + 1.0, 1.0 - share))

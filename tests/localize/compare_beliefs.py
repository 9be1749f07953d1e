#!/usr/bin/env python3
"""Belief propagation against the textbook: sum-product with messages as pairs of probabilities (Pearl 1988), in numpy; and, on a
single line of pixels, where it is exact, against the sum over all states."""
import itertools
import subprocess
import sys
import unittest

try:
    import numpy as np
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROBE = sys.argv.pop(1)


def program(log_odds, guide, coupling, contrast, iterations):
    height, width = log_odds.shape
    text = f"{height} {width} {coupling} {contrast} {iterations}\n"
    text += "\n".join(f"{value:.9g}" for value in [*log_odds.flat, *guide.flat])
    done = subprocess.run([PROBE], input=text, capture_output=True, text=True, check=True)
    return np.array(done.stdout.split(), float).reshape(height, width)


def agreement(guide, a, b, coupling, contrast):
    return coupling * (np.exp(-0.5 * ((guide[a] - guide[b]) / contrast) ** 2) if contrast > 0 else 1.0)


def textbook(log_odds, guide, coupling, contrast, iterations):
    height, width = log_odds.shape
    pixels = list(itertools.product(range(height), range(width)))
    neighbors = {p: [q for q in [(p[0] - 1, p[1]), (p[0] + 1, p[1]), (p[0], p[1] - 1), (p[0], p[1] + 1)]
                      if 0 <= q[0] < height and 0 <= q[1] < width] for p in pixels}
    own = {p: np.array([1 / (1 + np.exp(log_odds[p])), 1 / (1 + np.exp(-log_odds[p]))]) for p in pixels}  # background, foreground
    messages = {(p, q): np.array([0.5, 0.5]) for p in pixels for q in neighbors[p]}
    for _ in range(iterations):
        fresh = {}
        for p, q in messages:
            same = np.exp(agreement(guide, p, q, coupling, contrast))
            heard = own[p] * np.prod([messages[r, p] for r in neighbors[p] if r != q], axis=0)
            said = np.array([[same, 1], [1, same]]) @ heard
            fresh[p, q] = said / said.sum()
        messages = fresh
    result = np.empty((height, width))
    for p in pixels:
        belief = own[p] * np.prod([messages[q, p] for q in neighbors[p]], axis=0)
        result[p] = belief[1] / belief.sum()
    return result


class Beliefs(unittest.TestCase):
    def test_grids_agree_with_the_textbook(self):
        random = np.random.default_rng(5)
        for height, width, coupling, contrast, iterations in [(7, 9, 1.5, 0, 12), (8, 5, 0.8, 0.7, 20), (1, 6, 2, 0, 3), (5, 5, 0, 0, 4)]:
            log_odds = random.normal(0, 1.5, (height, width)).astype(np.float32).astype(float)
            guide = random.normal(0, 1, (height, width)).astype(np.float32).astype(float)
            found = program(log_odds, guide, coupling, contrast, iterations)
            expected = textbook(log_odds, guide, coupling, contrast, iterations)
            self.assertLess(np.abs(found - expected).max(), 1e-5)

    def test_a_line_is_exact(self):
        random = np.random.default_rng(6)
        log_odds, count, coupling = random.normal(0, 1, (1, 9)), 9, 1.2
        weights, foreground = 0.0, np.zeros(count)
        for state in itertools.product([0, 1], repeat=count):
            state = np.array(state)
            weight = np.exp(log_odds[0] @ state + coupling * (state[1:] == state[:-1]).sum())
            weights += weight
            foreground += weight * state
        found = program(log_odds, np.zeros((1, count)), coupling, 0, 9)
        self.assertLess(np.abs(found[0] - foreground / weights).max(), 1e-5)

    def test_great_evidence_does_not_overflow(self):
        found = program(np.array([[1000.0, -1000.0], [1000.0, 30.0]]), np.zeros((2, 2)), 50, 0, 20)
        self.assertTrue(np.isfinite(found).all())
        self.assertEqual([round(value) for value in found.flat], [1, 0, 1, 1])


if __name__ == "__main__":
    unittest.main()

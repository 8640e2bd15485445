"""How output rises after capacity is qualified: shares of the full rate, month by month, and the
months until so much has been made. Shapes of diffusion, after Fisher and Pry 1971 and Yelle 1979.

A ramp has a shape and a length, months: the time to the full rate, or the time constant of an
exponential.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.arrays import Floats

SHAPES = ("linear", "s_curve", "exponential")
_HALVINGS = 60
_ROOT = 0.5 - math.sin(math.asin(1.0 - 2.0 * 0.9) / 3.0)
"""Where 3x^2 - 2x^3 is nine tenths."""
_NINE_TENTHS = {"linear": 0.9, "s_curve": _ROOT, "exponential": math.log(10.0)}
"""Part of the length after which nine tenths of the rate are reached."""
_HALF = {"linear": 0.5, "s_curve": 0.5, "exponential": math.log(2.0)}


def length(shape: str, months: Floats, *, half: bool = False) -> Floats:
    """Return the length of a ramp from its months to nine tenths of the rate, or to half of it."""
    return months / (_HALF if half else _NINE_TENTHS)[shape]


def months_to_nine_tenths(shape: str, lengths: Floats) -> Floats:
    """Return the months from qualification to nine tenths of the rate."""
    return lengths * _NINE_TENTHS[shape]


def output(shape: str, lengths: Floats, months: Floats) -> Floats:
    """Return what a rate of 1 a month has made so many months after qualification, any shape of
    array: months of full output.
    """
    long = np.maximum(lengths, 1e-9)
    x = months / long
    if shape == "exponential":
        left = np.array([math.exp(-each) for each in x.ravel().tolist()]).reshape(x.shape)
        return months - long * (1.0 - left)
    inside = np.minimum(x, 1.0)
    half = inside * inside / 2 if shape == "linear" else inside * inside * inside * (1 - inside / 2)
    made: Floats = long * (half + np.maximum(x - 1.0, 0.0))
    return made


def months_until(shape: str, lengths: Floats, amount: Floats) -> Floats:
    """Return the months after which a rate of 1 has made an amount, by halving an interval; 0 for
    nothing.
    """
    low = np.zeros_like(lengths)
    # what an exponential has not made in the end is its time constant; the others' is half
    high = amount + lengths + 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = output(shape, lengths, middle) >= amount
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(amount > 0, high, 0.0)


def risen(shape: str, lengths: Floats, months: Floats | float) -> Floats:
    """Return the share of the full rate that is reached so many months after qualification, any
    shape of array.
    """
    x = months / np.maximum(lengths, 1e-9)
    if shape == "exponential":
        left = [math.exp(-each) for each in x.ravel().tolist()]
        return 1.0 - np.array(left).reshape(x.shape)
    x = np.minimum(x, 1.0)
    share: Floats = x if shape == "linear" else x * x * (3.0 - 2.0 * x)
    return share


def idle_shares(shape: str, lengths: Floats, months: int, first: int = 0) -> Floats:
    """Return the share of the rate that is not yet there in each month from the `first` to the last
    after that of qualification, [months - first + 1, *lengths].

    A month counts as its end, so that a ramp within a month is as none.
    """
    ends = np.arange(first + 1.0, months + 2.0).reshape(-1, *(1 for _ in lengths.shape))
    return 1.0 - risen(shape, lengths, ends)

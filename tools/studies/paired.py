"""Two methods asked of the same fields: how many only one of them tells, and what chance would have to say of that (McNemar's exact test).
Fields of one well resemble each other, and the test does not know: its p is, if anything, too small."""
import csv
from math import comb


def right(predicted):
    """{field: whether its label was told}, from predicted.csv of `evaluate`."""
    with open(predicted, newline="") as file:
        return {row["name"]: row["correct"] == "1" for row in csv.DictReader(file) if row["level"] == "field"}


def two_sided(first, second):
    """Of first + second tosses of a fair coin, the probability of a result as far from halves as this one or further."""
    tosses = first + second
    return min(1, 2 * sum(comb(tosses, heads) for heads in range(min(first, second) + 1)) / 2**tosses)


def compare(references, others):
    """Lists of predicted.csv, screen by screen."""
    only_reference = only_other = fields = 0
    for reference, other in zip(map(right, references), map(right, others), strict=True):
        if reference.keys() != other.keys():
            raise ValueError("two methods were asked of different fields")
        fields += len(reference)
        only_reference += sum(reference[name] and not other[name] for name in reference)
        only_other += sum(other[name] and not reference[name] for name in reference)
    return {"fields": fields, "only_reference": only_reference, "only_other": only_other, "p": two_sided(only_reference, only_other)}

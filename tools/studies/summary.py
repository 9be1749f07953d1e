"""What both reports share: means and spreads over seeds, and study.csv."""
import csv
import io
import statistics


def mean_and_sd(values):
    values = [value for value in values if value is not None]
    if not values:
        return None
    return {"mean": statistics.mean(values), "sd": statistics.stdev(values) if len(values) > 1 else None, "values": values}


def csv_text(header, rows):
    """None is an empty cell; six digits of other than whole numbers."""
    def text(value):
        return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)

    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([text(value) for value in row] for row in rows)
    return lines.getvalue()

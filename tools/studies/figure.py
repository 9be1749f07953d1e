"""The paper's Fig. 5 as SVG: regularization rises from left to right; dashed, the validation accuracy in the auxiliary task;
solid, the accuracy of the main goal; bars are standard deviations over seeds."""
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 440, 70, 20, 44, 96
COLORS = ["#0072b2", "#009e73", "#d55e00"]  # Okabe and Ito's: nearly everyone tells them apart
FAMILIES = [("rnn", "RNN", "t = {}", COLORS[0]), ("mixup", "mixup", "α = {}", COLORS[2])]


def line(x1, y1, x2, y2, color="#444", more=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" {more}/>'


def text(x, y, content, anchor="middle", color="#222", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" {more}>{escape(content)}</text>'


def titles(across, up, below):
    """Of the axes; `below` the plot, in px, stands that of the horizontal one."""
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + below, across),
            text(16, middle, up, more=f'transform="rotate(-90 16 {middle:.1f})"')]


def svg(parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


class Axes:
    def __init__(self, low, high, places):
        self.low, self.high, self.places = low, high, places

    def x(self, place):
        return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / self.places

    def y(self, accuracy):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (accuracy - self.low) / (self.high - self.low)

    def frame(self):
        parts = [line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM), line(LEFT, TOP, LEFT, HEIGHT - BOTTOM)]
        step = 0.05 if self.high - self.low <= 0.3 else 0.1 if self.high - self.low <= 0.6 else 0.2
        for i in range(round(self.low / step), round(self.high / step) + 1):
            y = self.y(i * step)
            if TOP - 1 <= y <= HEIGHT - BOTTOM + 1:
                parts += [line(LEFT, y, WIDTH - RIGHT, y, "#ddd"), text(LEFT - 8, y + 4, f"{100 * i * step:.0f} %", "end")]
        return parts


def curve(axes, points, color, dashed):
    """points: (place, mean, sd or None)."""
    path = " ".join(f"{axes.x(place):.1f},{axes.y(mean):.1f}" for place, mean, _ in points)
    dash = 'stroke-dasharray="7 5"' if dashed else ""
    parts = [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2" {dash}/>']
    for place, mean, sd in points:
        x = axes.x(place)
        parts.append(f'<circle cx="{x:.1f}" cy="{axes.y(mean):.1f}" r="4" fill="{"white" if dashed else color}" stroke="{color}"/>')
        if sd:
            parts.append(line(x, axes.y(max(axes.low, mean - sd)), x, axes.y(min(axes.high, mean + sd)), color))
    return parts


def series_of(rows, family, key):
    """Baseline and then the family's variants, as (place, mean, sd)."""
    chosen = [row for row in rows if row["method"] == "baseline" or row["method"].startswith(family + "-")]
    return [(place, row[key]["mean"], row[key]["sd"]) for place, row in enumerate(chosen) if row[key]]


def range_of(curves):
    values = [mean + side * (sd or 0) for points in curves for _, mean, sd in points for side in (-1, 1)]
    if not values:
        return 0.0, 1.0
    low, high = int(20 * (min(values) - 0.02)) / 20, int(20 * (max(values) + 0.02) + 1) / 20
    return max(0.0, low), min(1.0, max(high, low + 0.1))


def draw_figure(rows, goal, goal_title, study):
    drawn = [(family, name, label, color, {key: series_of(rows, family, key) for key in (goal, "validation_accuracy")})
             for family, name, label, color in FAMILIES]
    curves = [points for *_, by_key in drawn for points in by_key.values()]
    axes = Axes(*range_of(curves), max([1, *(len(points) for points in curves)]))
    parts = axes.frame()
    for order, (family, name, label, color, by_key) in enumerate(drawn):
        parts += curve(axes, by_key[goal], color, False) + curve(axes, by_key["validation_accuracy"], color, True)
        y = HEIGHT - BOTTOM + 22 + 20 * order
        strengths = [row["method"].partition("-")[2] for row in rows if row["method"].startswith(family + "-")]
        parts.append(text(LEFT - 8, y, name, "end", color))
        parts += [text(axes.x(place), y, label.format(s) if s else "none", color=color)
                  for place, s in enumerate(["", *strengths])]
    parts += titles("strength of regularization, rising to the right; bars: standard deviation over seeds", "accuracy", 60)
    y = HEIGHT - 14
    parts += [line(150, y - 4, 190, y - 4, "#444", 'stroke-width="2"'), text(196, y, f"main goal ({goal_title})", "start"),
              line(360, y - 4, 400, y - 4, "#444", 'stroke-width="2" stroke-dasharray="7 5"'),
              text(406, y, "auxiliary task (validation)", "start"),
              text(WIDTH / 2, 24, f"Effect of regularization, {study} screen", more='font-size="15"')]
    return svg(parts)

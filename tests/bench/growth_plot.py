"""The plot of growth.py as SVG, for light and dark pages alike: lines of costs in times of the first size."""

import math

WIDTH, HEIGHT = 800, 340
LEFT, RIGHT, TOP, BOTTOM = 48, 340, 20, 44  # margins; names stand in the right one
LABEL_STEP = 17
COLOURS = ["#3b82c4", "#d97706", "#2e9e5b", "#c0448f", "#8a63d2", "#b3891a", "#6b7f8e"]
NEAR = (0.8, 1.2)  # the band of what counts as unchanged

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #444 }
  .grid { stroke: #8884; stroke-width: 1 }
  .near { fill: #8882 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #ccc } }
"""


def count_name(events):
    return f"{events / 1_000_000:g} million"


def apart(wanted, low, high):
    """The places nearest to those wanted that are LABEL_STEP apart, in their order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    last = low - LABEL_STEP
    for i in order:
        last = places[i] = max(wanted[i], last + LABEL_STEP)
    last = high + LABEL_STEP
    for i in reversed(order):
        last = places[i] = min(places[i], last - LABEL_STEP)
    return places


def draw(sizes, costs):
    """costs: by name, one for each size; the first is 1."""
    every = [cost for values in costs.values() for cost in values]
    # Doubling takes as much room as halving.
    low, high = math.log2(min(0.7, *every)), math.log2(max(1.5, *every))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(index):
        return LEFT + (right - LEFT) * index / max(1, len(sizes) - 1)

    def y(cost):
        return bottom - (bottom - TOP) * (math.log2(cost) - low) / (high - low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
             f'role="img" aria-label="Costs at each size of the store, in times of the first size">',
             f"<style>{STYLE}</style>",
             f'<rect class="near" x="{LEFT}" y="{y(NEAR[1]):.1f}" width="{right - LEFT}" '
             f'height="{y(NEAR[0]) - y(NEAR[1]):.1f}"/>']
    marks = [mark for mark in (0.25, 0.5, 0.8, 1, 1.2, 2, 4, 8, 16, 32, 64, 128) if low <= math.log2(mark) <= high]
    for mark in marks:
        parts.append(f'<path class="grid" d="M{LEFT} {y(mark):.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark:g} ×</text>')
    for index, size in enumerate(sizes):
        anchor = "start" if index == 0 else "end" if index == len(sizes) - 1 else "middle"
        parts.append(f'<text x="{x(index):.1f}" y="{bottom + 20}" text-anchor="{anchor}">{count_name(size)}</text>')
    parts.append(f'<text x="{(LEFT + right) / 2:.1f}" y="{bottom + 38}" text-anchor="middle">events stored</text>')
    labels = apart([y(values[-1]) for values in costs.values()], TOP, bottom)
    for (name, values), colour, label in zip(costs.items(), COLOURS, labels):
        points = " ".join(f"{x(index):.1f},{y(cost):.1f}" for index, cost in enumerate(values))
        parts.append(f'<polyline class="line" stroke="{colour}" points="{points}"/>')
        parts += [f'<circle cx="{x(index):.1f}" cy="{y(cost):.1f}" r="3" fill="{colour}"/>'
                  for index, cost in enumerate(values)]
        parts.append(f'<path d="M{right + 4} {y(values[-1]):.1f}L{right + 14} {label:.1f}" stroke="{colour}" fill="none"/>')
        parts.append(f'<text x="{right + 18}" y="{label + 4:.1f}" style="fill:{colour}">{values[-1]:.2f} × {name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"

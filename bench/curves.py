"""Curves: how a figure bends while one thing grows, as a table and as a picture.

Measurements make them, measure.py puts them into docs/performance.md and the folder
beside it. matplotlib draws; a run without it leaves the pictures as they are.
"""

import dataclasses

from report import number

COLORS = ("#1f5fa8", "#c8541b", "#2f8a4d", "#7a4fa3")
POINT_STYLES = ("o", "s", "^", "D")


@dataclasses.dataclass
class Curves:
    """Some curves over the same quantity. A point is a median."""

    # Names the picture, and the place of the table in the document.
    name: str
    title: str
    x_label: str
    y_label: str
    # Points by what the curve is of: pairs of x and y, in the order of their x.
    points: dict = dataclasses.field(default_factory=dict)
    logarithmic_x: bool = True
    logarithmic_y: bool = True

    def table(self):
        """Returns the lines of a table, a row for each x."""
        rows = sorted({x for curve in self.points.values() for x, _ in curve})
        lines = [
            f"| {self.x_label} | {' | '.join(self.points)} |",
            "| --- |" + " --- |" * len(self.points),
        ]
        for x in rows:
            values = [dict(curve).get(x) for curve in self.points.values()]
            cells = ["" if y is None else number(y) for y in values]
            lines.append(f"| {x:,} | {' | '.join(cells)} |")
        return lines

    def draw(self, path):
        """Draws them as SVG. Returns whether there is something to draw with."""
        try:
            import matplotlib
        except ImportError:
            return False
        matplotlib.use("svg")
        from matplotlib import pyplot

        # Words stay words, and the same points give the same picture.
        with pyplot.rc_context({"svg.fonttype": "none", "svg.hashsalt": self.name}):
            figure, axes = pyplot.subplots(figsize=(7.2, 4.0))
            styles = zip(self.points.items(), COLORS, POINT_STYLES)
            for (label, curve), color, style in styles:
                axes.plot(*zip(*curve), label=label, color=color, marker=style)
            axes.set(title=self.title, xlabel=self.x_label, ylabel=self.y_label)
            if self.logarithmic_x:
                axes.set_xscale("log")
            else:
                axes.set_xticks(sorted({x for c in self.points.values() for x, _ in c}))
            if self.logarithmic_y:
                axes.set_yscale("log")
            else:
                axes.set_ylim(bottom=0)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter("{x:,.0f}")
            axes.grid(True, which="major", color="#dddddd")
            axes.set_axisbelow(True)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
            axes.legend(frameon=False)
            figure.tight_layout()
            figure.savefig(path, format="svg", metadata={"Date": None})
            pyplot.close(figure)
        return True

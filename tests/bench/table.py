"""Figures beside their budgets, as text."""

from collections.abc import Sequence

Row = tuple[str, float, float | None, float | None]
"""What was measured (with its unit), the figure, its budget, and how many times as much the comparison takes.

Budgets are those of the design; None where a figure has none, or nothing to be compared with.
"""


def table(title: str, rows: Sequence[Row]) -> str:
    """Give the lines of one benchmark. A figure over its budget is marked, and nothing fails: machines differ."""
    width = max(len(title), *(len(name) for name, *_ in rows))
    lines = [f"{title:{width}}  {'figure':>10}  {'budget':>10}  {'':4}  {'comparison':>10}"]
    for name, figure, budget, ratio in rows:
        within = "" if budget is None else "ok" if figure <= budget else "OVER"
        compared = "" if ratio is None else f"{ratio:.1f} x"
        lines.append(f"{name:{width}}  {number(figure):>10}  {number(budget):>10}  {within:4}  {compared:>10}")
    return "\n".join(line.rstrip() for line in lines)


def number(figure: float | None) -> str:
    """Give three significant digits without an exponent; empty for None."""
    if figure is None:
        return ""
    if figure == 0 or abs(figure) >= 100:
        return f"{figure:,.0f}"
    digits = 2 if abs(figure) < 10 else 1
    return f"{figure:.{digits}f}" if abs(figure) >= 0.01 else f"{figure:.2g}"

"""Make the picture of the layers of the package, from the contract that CI enforces.

python docs/layers_picture.py
"""

import tomllib
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

HERE = Path(__file__).parent
GREY = "#7b8187"  # seen on white and on black
COLORS = ["#ececec", "#cfe3f3", "#f9dcc0", "#cfe8d6", "#f6d9e4", "#fdf3c4"]

contracts = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["tool"]["importlinter"]
layers = next(c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
rows = [[room.strip() for room in layer.split("|")] for layer in layers]
figure, ax = plt.subplots(figsize=(7, 0.5 * len(rows)), layout="constrained")
for height, rooms in enumerate(reversed(rows)):
    width = 1 / len(rooms)
    for place, room in enumerate(rooms):
        color = COLORS[height % len(COLORS)]
        ax.add_patch(
            Rectangle((place * width, height), width, 0.86, facecolor=color, edgecolor="white")
        )
        ax.text((place + 0.5) * width, height + 0.43, room, ha="center", va="center")
arrow = {"arrowstyle": "->", "color": GREY}
ax.annotate("", (1.04, 0.1), (1.04, len(rows) - 0.2), arrowprops=arrow)
ax.text(1.06, len(rows) / 2, "imports", rotation=270, va="center", color=GREY)
ax.set(xlim=(-0.01, 1.1), ylim=(0, len(rows)))
ax.set_axis_off()
figure.savefig(HERE / "images" / "layers.png", dpi=120, transparent=True)

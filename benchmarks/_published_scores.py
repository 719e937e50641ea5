"""Scores that others have published for each image, beside the pictures."""

import csv
from pathlib import Path


def read_scores(path: Path) -> dict[str, dict[str, float]]:
    """Read a CSV file -> score of each image by the abbreviation of the measure, such as "pri"."""
    with open(path, newline="") as file:
        return {
            row.pop("image"): {name.lower(): float(score) for name, score in row.items()}
            for row in csv.DictReader(file)
        }

"""The shell command: `sklearn-dic photo.jpg`, or `python -m sklearn_dic photo.jpg`."""

from sklearn_dic.cli._main import main

__all__ = ["main"]

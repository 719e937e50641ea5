"""Progress bar and callbacks of the epochs of a fit."""

from collections.abc import Callable, Mapping
from typing import Any

from tqdm.auto import tqdm

from sklearn_dic.network import Epoch, Training
from sklearn_dic.utils._callbacks import FitTask


class EpochReporter:
    """Report each epoch to the progress bar and to the callbacks.

    Parameters
    ----------
    task : FitTask
        The fit.
    bar : tqdm
        Counts epochs.
    snapshot : callable
        Makes the attributes that the estimator would have if training stopped here, from the
        `Training` so far.
    """

    def __init__(
        self, task: FitTask, bar: tqdm, snapshot: Callable[[Training], Mapping[str, Any]]
    ) -> None:
        self.task = task
        self.bar = bar
        self.snapshot = snapshot
        self._steps: list[FitTask] = []  # the epoch that has begun
        self._so_far = Training(stopped_by="callback")

    def begin(self, number: int) -> None:
        """Begin an epoch."""
        self._steps.append(self.task.begin_step("epoch"))

    def end(self, epoch: Epoch) -> bool:
        """End an epoch; return whether a callback asks to stop."""
        self.bar.set_postfix(loss=f"{epoch.loss:.4f}", labels=epoch.n_labels, refresh=False)
        self.bar.update()
        self._so_far.loss_curve.append(epoch.loss)
        self._so_far.n_labels_curve.append(epoch.n_labels)
        return self._steps.pop().end(lambda: self.snapshot(self._so_far))

    def close(self, training: Training) -> None:
        """Report the end of the training."""
        for step in self._steps:  # an epoch that was interrupted, or whose step was undone
            step.end()
        self.bar.total = len(training.loss_curve)  # full when training stops before max_iter
        self.bar.set_postfix_str(f"{self.bar.postfix}, stopped by {training.stopped_by}")

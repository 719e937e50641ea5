"""Progress, scores and stopping by scikit-learn's callbacks, from its version 1.9 on.

The only place that imports `sklearn.callback`, whose interface is experimental. If it is
missing, or no callback is set, the tasks below do nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sklearn.base import ClusterMixin

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn 1.8 or older

    class CallbackSupportMixin:  # type: ignore[no-redef]  # in place of the import
        """Placeholder without callbacks."""

    def with_callbacks(method: Callable) -> Callable:
        """Return the method unchanged."""
        return method


__all__ = ["CallbackClusterMixin", "FitTask", "drop_callbacks", "with_callbacks"]


class CallbackClusterMixin(CallbackSupportMixin, ClusterMixin):
    """Clusterers whose `fit` calls callbacks."""

    def fit_predict(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """Fit, and return the labels.

        Parameters
        ----------
        X, y, **fit_params : object
            As in `fit`. Callbacks receive `y`, which scikit-learn's own `fit_predict` of
            clusterers keeps to itself.

        Returns
        -------
        labels : ndarray or list of ndarray
            The attribute `labels_`.
        """
        return self.fit(X, y, **fit_params).labels_


@dataclass(frozen=True)
class FitTask:
    """A fit or a step of a fit, which reports its beginning and end to callbacks.

    Parameters
    ----------
    estimator : estimator or None
        The estimator that is fitted.
    context : sklearn.callback.CallbackContext or None
        The place among the tasks of all estimators involved. Both are None where no callback
        is set.
    X, y : object
        The data of the fit or of the step.
    """

    estimator: Any
    context: Any
    X: Any = None
    y: Any = None

    @classmethod
    def begin_fit(
        cls, estimator: Any, X: Any, y: Any, n_steps: int, *, sequential: bool = True
    ) -> Self:
        """Begin a fit of at most `n_steps` steps, in a method decorated by `with_callbacks`."""
        if not _parts_with_callbacks(estimator):
            return cls(None, None)
        context = estimator._init_callback_context(
            max_subtasks=n_steps, sequential_subtasks=sequential
        )
        context.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
        return cls(estimator, context, X, y)

    def begin_step(self, name: str) -> Self:
        """Begin the next step of a fit, on the data of the fit."""
        if self.context is None:
            return self
        context = self.context.subcontext(task_name=name)
        context.call_on_fit_task_begin(estimator=self.estimator, X=self.X, y=self.y)
        return type(self)(self.estimator, context, self.X, self.y)

    def end(self, attributes: Callable[[], Mapping[str, Any]] | None = None) -> bool:
        """End the task; return whether a callback asks to stop.

        `attributes` makes the attributes of the estimator as if the fit ended with this task;
        it is called only if a callback needs such an estimator.
        """
        return self.context is not None and self.context.call_on_fit_task_end(
            estimator=self.estimator,
            X=self.X,
            y=self.y,
            reconstruction_attributes=attributes,
        )

    @contextmanager
    def fitting(self, sub_estimator: Any, name: str, number: int, X: Any, y: Any) -> Iterator[None]:
        """Count the fit of another estimator, inside this block, as a step of this fit."""
        if self.context is None:
            yield
            return
        context = self.context.subcontext(task_name=name, task_id=number)
        step = type(self)(self.estimator, context, X, y)
        try:
            with context.propagate_callback_context(sub_estimator):
                context.call_on_fit_task_begin(estimator=self.estimator, X=X, y=y)
                yield
        finally:
            step.end()


def drop_callbacks(estimator: Any) -> None:
    """Remove the callbacks of an estimator and its parts."""
    for part in _parts_with_callbacks(estimator):
        part.set_callbacks()


def _parts_with_callbacks(estimator: Any) -> list[Any]:
    parts = [estimator, *getattr(estimator, "get_params", dict)().values()]
    return [part for part in parts if hasattr(part, "_skl_callbacks")]

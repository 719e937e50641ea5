"""Display of the training: loss and number of labels in each epoch."""

from collections.abc import Sequence
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images._label_colors import PALETTE
from sklearn_dic.inspection._axes import check_axes, count_on, make_axes
from sklearn_dic.utils._unwrapping import last_step

_SEEN = [5, 2, 6, 3, 1]  # palette indices of colours that stand out on white and on black
_DASHES = ["-", "--", ":", "-."]
_LARGEST_LEGEND = 12


class LossCurveDisplay:
    """Loss and number of labels in each epoch, as in figure 7 of the paper.

    Create it with `from_estimator`.

    Parameters
    ----------
    loss_curves : list of array-like of shape (n_epochs_i,)
        The loss (Eq. 8 of [1]_) in each epoch of each training.
    n_labels_curves : list of array-like of shape (n_epochs_i,)
        The number of labels in each epoch.
    names : list of str or None, default=None
        Name of each training in the legend. Trainings of the same name have the same colour.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The loss.
    axes_ : list of 2 matplotlib Axes
        The loss, and the number of labels.
    figure_ : matplotlib Figure
        The figure of both.
    lines_ : list of pairs of matplotlib Line2D
        The lines of each training: loss, number of labels.

    See Also
    --------
    SegmentationDisplay : The segmentation.

    References
    ----------
    .. [1] L. Zhou, Y. Wei, "DIC: Deep Image Clustering for Unsupervised Image
       Segmentation", IEEE Access 8 (2020), doi:10.1109/ACCESS.2020.2974496.

    Examples
    --------
    >>> from skimage.data import coffee
    >>> from sklearn_dic import DeepImageClustering
    >>> from sklearn_dic.inspection import LossCurveDisplay
    >>> dic = DeepImageClustering(max_iter=5, random_state=0).fit(coffee()[::8, ::8])
    >>> display = LossCurveDisplay.from_estimator(dic)
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['loss (Eq. 8)', 'labels left']
    """

    def __init__(
        self,
        loss_curves: Sequence[Any],
        n_labels_curves: Sequence[Any],
        *,
        names: Sequence[str] | None = None,
    ) -> None:
        self.loss_curves = loss_curves
        self.n_labels_curves = n_labels_curves
        self.names = names

    @classmethod
    def from_estimator(cls, estimator: Any, *, names: Any = None, ax: Any = None) -> Self:
        """Draw the training of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted `DeepImageClustering`, or `PerImage`, which has a training for each image.
            Or a Pipeline that ends with these, or a search.
        names : list of str, str or None, default=None
            Name of each training in the legend. By default no name for a single training,
            and "image 0" and so on for several.
        ax : array-like of 2 matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        NotFittedError, TypeError
            If the estimator is not fitted, or has no loss curve.
        """
        check_is_fitted(estimator)
        estimator = last_step(estimator)
        fits = [last_step(fit) for fit in getattr(estimator, "estimators_", [estimator])]
        places = [i for i, fit in enumerate(fits) if fit is not None]
        trained = [fits[i] for i in places]
        for fit in trained or [estimator]:
            if not hasattr(fit, "loss_curve_") or not hasattr(fit, "n_labels_curve_"):
                raise TypeError(
                    f"{type(fit).__name__} has no loss_curve_ and n_labels_curve_; "
                    "DeepImageClustering has, and PerImage keeps them with keep_estimators=True"
                )
        if names is None and len(trained) > 1:
            names = [f"image {i}" for i in places]
        display = cls(
            [fit.loss_curve_ for fit in trained],
            [fit.n_labels_curve_ for fit in trained],
            names=[names] if isinstance(names, str) else names,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw the display.

        Parameters
        ----------
        ax : array-like of 2 matplotlib Axes, default=None
            For the loss and for the number of labels. By default a new figure.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If matplotlib is not installed; the message says how to install it.
        ValueError
            If the numbers of curves, epochs, names or axes do not match.
        """
        names = self._check()
        axes = (
            make_axes(1, 2, 2, figsize=(8.5, 3.3))
            if ax is None
            else check_axes(ax, 2, "loss and number of labels")
        )
        different = list(dict.fromkeys(names))
        self.lines_ = []
        for i, name in enumerate(names):
            place = different.index(name)
            style: dict[str, Any] = {
                "color": PALETTE[_SEEN[place % len(_SEEN)]],
                "linestyle": _DASHES[place // len(_SEEN) % len(_DASHES)],
                "label": name if name and i == names.index(name) else None,
                "marker": "o"
                if len(self.loss_curves[i]) == 1
                else None,  # a single point has no line
            }
            pair = []
            curves = (self.loss_curves[i], self.n_labels_curves[i])
            for axis, curve in zip(axes, curves, strict=True):
                pair += axis.plot(range(1, len(curve) + 1), curve, **style)
            self.lines_.append(tuple(pair))
        axes[0].set(xlabel="epoch", ylabel="loss (Eq. 8)")
        axes[1].set(xlabel="epoch", ylabel="labels left")
        count_on(axes[1])
        if self.names is not None and len(different) <= _LARGEST_LEGEND:
            axes[1].legend(fontsize="small")
        self.ax_, self.axes_, self.figure_ = axes[0], axes, axes[0].figure
        return self

    def _check(self) -> list[str]:
        """Check the lengths, and return a name for each training."""
        n = len(self.loss_curves)
        names = [""] * n if self.names is None else list(self.names)
        if n == 0 or len(self.n_labels_curves) != n or len(names) != n:
            raise ValueError(
                f"there are {n} loss curve(s), {len(self.n_labels_curves)} curve(s) of labels and "
                f"{len(names)} name(s); their numbers must be equal, and not 0"
            )
        for i, pair in enumerate(zip(self.loss_curves, self.n_labels_curves, strict=True)):
            if len(pair[0]) != len(pair[1]):
                raise ValueError(
                    f"training {i} has {len(pair[0])} losses and {len(pair[1])} numbers of "
                    "labels; both are needed for each epoch"
                )
        return names

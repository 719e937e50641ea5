"""Loss and number of labels while the network is trained."""

from collections.abc import Sequence
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from sklearn_dic.images._label_colors import PALETTE
from sklearn_dic.inspection._axes import check_axes, count_on, make_axes
from sklearn_dic.utils._unwrapping import last_step

_SEEN = [5, 2, 6, 3, 1]  # colours of the palette that stand out on white, most of them on black
_DASHES = ["-", "--", ":", "-."]
_LARGEST_LEGEND = 12


class LossCurveDisplay:
    """Loss and number of labels in each epoch, as in figure 7 of the paper.

    `from_estimator` makes one of a fitted estimator.

    Parameters
    ----------
    loss_curves : list of array-like of shape (n_epochs_i,)
        The loss (Eq. 8 of [1]_) in each epoch of each training.
    n_labels_curves : list of array-like of shape (n_epochs_i,)
        The number of labels in each epoch.
    names : list of str or None, default=None
        What each training is called in the legend. Those of one name have one colour.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The loss.
    axes_ : list of two matplotlib Axes
        The loss, and the number of labels.
    figure_ : matplotlib Figure
        The figure of both.
    lines_ : list of pairs of matplotlib Line2D
        The two lines of each training.

    See Also
    --------
    SegmentationDisplay : The segmentation that came out.

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
            `DeepImageClustering`; `PerImage`, which has one training for each image; a
            Pipeline that ends with one of them, or a search.
        names : list of str, str or None, default=None
            What each training is called in the legend; by default, where there are several,
            "image 0" and so on.
        ax : array-like of two matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        NotFittedError, TypeError
            If the estimator is not fitted, or records no loss.
        """
        check_is_fitted(estimator)
        estimator = last_step(estimator)
        trained = [last_step(one) for one in getattr(estimator, "estimators_", [estimator])]
        places = [i for i, one in enumerate(trained) if one is not None]
        trained = [trained[i] for i in places]
        for one in trained or [estimator]:
            if not hasattr(one, "loss_curve_") or not hasattr(one, "n_labels_curve_"):
                raise TypeError(
                    f"{type(one).__name__} has no loss_curve_ and n_labels_curve_; "
                    "DeepImageClustering has, and PerImage keeps them with keep_estimators=True"
                )
        if names is None and len(trained) > 1:
            names = [f"image {i}" for i in places]
        display = cls(
            [one.loss_curve_ for one in trained],
            [one.n_labels_curve_ for one in trained],
            names=[names] if isinstance(names, str) else names,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : array-like of two matplotlib Axes, default=None
            For the loss and for the number of labels. By default a new figure.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If matplotlib is not installed; the message says how to.
        ValueError
            If there are not as many curves, epochs, names or axes as there have to be.
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
                "marker": "o" if len(self.loss_curves[i]) == 1 else None,  # no line of one point
            }
            pair = []
            for one, curve in zip(
                axes, (self.loss_curves[i], self.n_labels_curves[i]), strict=True
            ):
                pair += one.plot(range(1, len(curve) + 1), curve, **style)
            self.lines_.append(tuple(pair))
        axes[0].set(xlabel="epoch", ylabel="loss (Eq. 8)")
        axes[1].set(xlabel="epoch", ylabel="labels left")
        count_on(axes[1])
        if self.names is not None and len(different) <= _LARGEST_LEGEND:
            axes[1].legend(fontsize="small")
        self.ax_, self.axes_, self.figure_ = axes[0], axes, axes[0].figure
        return self

    def _check(self) -> list[str]:
        """Compare the lengths -> a name for each training."""
        n = len(self.loss_curves)
        names = [""] * n if self.names is None else list(self.names)
        if n == 0 or len(self.n_labels_curves) != n or len(names) != n:
            raise ValueError(
                f"there are {n} loss curve(s), {len(self.n_labels_curves)} curve(s) of labels and "
                f"{len(names)} name(s); each training has one of each"
            )
        for i, pair in enumerate(zip(self.loss_curves, self.n_labels_curves, strict=True)):
            if len(pair[0]) != len(pair[1]):
                raise ValueError(
                    f"training {i} has {len(pair[0])} losses and {len(pair[1])} numbers of "
                    "labels; each epoch has one of each"
                )
        return names

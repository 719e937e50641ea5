"""One pass over the images: features, votes, loss and gradients."""

import threading
import warnings
from typing import Self

import torch
from torch import Tensor

from sklearn_dic.network._dic import DICNetwork
from sklearn_dic.network._refinement import Vote, count, refinement_loss

WARM_UPS = 3  # passes before a recording, as PyTorch's manual has it
# Libraries keep memory for each stream, which recordings that are repeated at once must not share.
_asides: dict[torch.device, torch.cuda.Stream] = {}


class Pass:
    """Pass over the images as often as `measure` is called.

    Parameters
    ----------
    network : DICNetwork
        In training mode.
    images, counted
        As in `overfit`.
    vote : Vote or None
        Of the superpixels; None: every pixel for itself.

    Attributes
    ----------
    loss : Tensor of shape ()
        Of the last pass.
    refined : Tensor of shape (N',)
        The voted labels of the last pass.
    """

    loss: Tensor
    refined: Tensor

    def __init__(
        self,
        network: DICNetwork,
        images: list[Tensor],
        vote: Vote | None,
        counted: Tensor | None,
    ) -> None:
        self.network = network
        self.images = images
        self.vote = vote
        self.counted = counted
        n_pixels = sum(image[:, 0].numel() for image in images) if counted is None else len(counted)
        self._previous = torch.full((n_pixels,), -1, device=network.device)  # no label yet

    def measure(self) -> Tensor:
        """Tell loss, number of labels and share of pixels whose label changed -> (3,)."""
        aggregated = self.network.aggregate(self.images, self.counted)
        self.refined = self._relabel(aggregated.detach())
        self.loss = self._compare(aggregated)
        n_labels = count(self.refined, self.network.n_clusters).count_nonzero()
        changed = (self.refined != self._previous).to(self.loss).mean()
        self._previous.copy_(self.refined)
        return torch.stack([self.loss.detach(), n_labels.to(self.loss), changed])

    def _relabel(self, aggregated: Tensor) -> Tensor:
        labels = aggregated.argmax(dim=1)
        return labels if self.vote is None else self.vote(labels, self.network.n_clusters)

    def _compare(self, aggregated: Tensor) -> Tensor:
        return refinement_loss(aggregated, self.refined)

    def differentiate(self) -> None:
        """Leave the gradient of the loss of the last pass in the parameters."""
        self.network.zero_grad(set_to_none=True)
        self.loss.backward()

    def forget(self) -> None:
        """Leave the graph of the last pass, which is as large as the training itself."""
        self.network.zero_grad(set_to_none=True)
        del self.loss


class RecordedPass(Pass):
    """The same, recorded once as a CUDA graph, of which each pass is a repetition.

    A pass over a small picture is some hundred short kernels, which a GPU computes faster than
    Python starts them. The recording has the gradients in it. `record` comes before all else.
    """

    def record(self) -> Self:
        """Record a pass, after some that let libraries prepare themselves."""
        device = self.network.device
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(device):
            current = torch.cuda.current_stream()
            if current != torch.cuda.default_stream():
                aside = current
            else:  # where nothing can be recorded
                aside = _asides.setdefault(device, torch.cuda.Stream())
            aside.wait_stream(current)
            try:
                with torch.cuda.stream(aside):
                    for _ in range(WARM_UPS):
                        super().measure()
                        super().differentiate()
                    super().forget()  # the recording has gradients of its own
                    with torch.cuda.graph(
                        self._graph, stream=aside, capture_error_mode="thread_local"
                    ):
                        self._measured = super().measure()
                        self.loss.backward()
            finally:  # also where it fails, and a plain pass follows
                current.wait_stream(aside)
        self._previous.fill_(-1)
        return self

    def measure(self) -> Tensor:
        """Tell loss, number of labels and share of pixels whose label changed -> (3,)."""
        self._graph.replay()
        return self._measured

    def differentiate(self) -> None:
        """Do nothing: `measure` left the gradients."""

    def forget(self) -> None:
        """Give the memory of the recording back."""
        super().forget()
        del self._graph, self._measured


def make_pass(
    network: DICNetwork, images: list[Tensor], superpixels: Tensor | None, counted: Tensor | None
) -> Pass:
    """Choose how passes are computed; the answer does not depend on it.

    Only one thread of a process can record at a time: the main one does.
    """
    vote = None if superpixels is None else Vote(superpixels)
    n_pixels = 0 if superpixels is None else superpixels.shape[1]
    can_be_recorded = (
        network.device.type == "cuda"
        and threading.current_thread() is threading.main_thread()
        and (vote is None or vote.is_static(n_pixels, network.n_clusters))
    )
    if can_be_recorded:
        try:
            return RecordedPass(network, images, vote, counted).record()
        except RuntimeError as error:
            network.zero_grad(set_to_none=True)
            reason = str(error).partition("\n")[0]
            warnings.warn(
                f"passes on {network.device} are not recorded as a CUDA graph ({reason}); the "
                "training goes on without, and takes longer",
                RuntimeWarning,
                stacklevel=2,
            )
    return Pass(network, images, vote, counted)

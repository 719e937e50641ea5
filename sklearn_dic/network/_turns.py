"""Several networks, trained at the same time on one device."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import torch

from sklearn_dic.network._training import Training

MOST = 32  # streams that PyTorch tells apart


def take_turns(
    trainings: Sequence[Iterator[Training]], device: torch.device
) -> list[Training | Exception]:
    """Let trainings go on in turns, each to its end; an error ends only its own.

    A pass over a small picture leaves most of a GPU idle. Each training has a stream of its own
    there, so that the passes of all are computed at once, by the same kernels as alone. One
    computation with a grouped convolution for all of them would need pictures of one size and
    another order of sums, and its gradient is wrong for tensors that are channels-last
    (PyTorch 2.13).

    Parameters
    ----------
    trainings : sequence of iterators
        As `train` makes them, of different networks; at most 32 on a GPU.
    device : torch.device
        Where all networks are.

    Returns
    -------
    ends : list of Training or Exception
        How each ended.

    Raises
    ------
    KeyboardInterrupt
        Where one of the trainings was interrupted.
    """
    streams = []
    if device.type == "cuda":
        if len(trainings) > MOST:
            raise ValueError(f"{len(trainings)} trainings: at most {MOST} take turns on a GPU")
        streams = [torch.cuda.Stream(device) for _ in trainings]
    for stream in streams:
        stream.wait_stream(torch.cuda.current_stream(device))
    ends: dict[int, Training | Exception] = {}
    running = list(range(len(trainings)))
    try:
        while running:
            for place in tuple(running):
                try:
                    with torch.cuda.stream(streams[place]) if streams else nullcontext():
                        ends[place] = next(trainings[place])
                except StopIteration:
                    running.remove(place)
                    end = ends[place]
                    if isinstance(end, Training) and end.stopped_by == "interrupt":
                        raise KeyboardInterrupt from None
                except Exception as error:  # of this network only
                    running.remove(place)
                    ends[place] = error
    finally:
        for stream in streams:
            torch.cuda.current_stream(device).wait_stream(stream)
    return [ends[place] for place in range(len(trainings))]

"""Several networks, trained at the same time on one device."""

from collections.abc import Iterator, Sequence

import torch

from sklearn_dic.network._training import Training


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
        As `train` makes them, of different networks.
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
    on_gpu = device.type == "cuda"
    streams = [torch.cuda.Stream(device) if on_gpu else None for _ in trainings]
    ends: dict[int, Training | Exception] = {}
    running = list(range(len(trainings)))
    _wait(streams, for_them=False)
    try:
        while running:
            for place in tuple(running):
                try:
                    with torch.cuda.stream(streams[place]):
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
        _wait(streams, for_them=True)
    return [ends[place] for place in range(len(trainings))]


def _wait(streams: Sequence[torch.cuda.Stream | None], *, for_them: bool) -> None:
    """Let this stream wait for others, or these for this one."""
    for stream in streams:
        if stream is not None:
            own = torch.cuda.current_stream(stream.device)
            first, second = (stream, own) if for_them else (own, stream)
            second.wait_stream(first)

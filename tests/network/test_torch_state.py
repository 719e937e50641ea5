import functools

import pytest
import torch

from sklearn_dic.network import DICNetwork, make_batches, overfit, plain_torch_state, sample_pixels


def default_dtype():
    return _Default(torch.set_default_dtype, torch.float64, torch.float32)


def default_device():
    return _Default(torch.set_default_device, "meta", None)


class _Default:
    """Context manager around one of PyTorch's setters of defaults."""

    def __init__(self, setter, value, usual):
        self.setter, self.value, self.usual = setter, value, usual

    def __enter__(self):
        self.setter(self.value)

    def __exit__(self, *_):
        self.setter(self.usual)


STATES = {
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "default_dtype": default_dtype,
    "default_device": default_device,
}


def seen_by_the_caller():
    """Observe the state in the way that a caller would: the tensors that it gives."""
    weight = torch.ones(2, 2, dtype=torch.float32, device="cpu", requires_grad=True)
    product = weight @ weight
    fresh = torch.empty(1)
    return (
        product.dtype,
        product.requires_grad,
        product.is_inference(),
        fresh.dtype,
        fresh.device,
        torch.is_autocast_enabled("cpu"),
        torch.get_default_device(),
    )


@pytest.fixture(params=STATES)
def state(request):
    return STATES[request.param]


def images_and_superpixels():
    generator = torch.Generator().manual_seed(1)
    images = [
        torch.rand(1, 3, *size, generator=generator, dtype=torch.float32, device="cpu")
        for size in ((9, 8), (6, 7))
    ]
    maps = [
        torch.arange(height * width, device="cpu").view(1, height, width) // 5
        for height, width in ((9, 8), (6, 7))
    ]
    masks = [sample_pixels(image[0, 0] < 0.9, image.shape[-2:]) for image in images]
    return images, maps, masks


def learn(clustering, precision):
    """Do all that a fit and a prediction do, and return all that they compute."""
    network = DICNetwork(
        3,
        6,
        n_centers=3,
        clustering=clustering,
        clustering_gradient=clustering == "paper",
        upsampling="deconvolution",
        head_norm=False,
        precision=precision,
        resolution=0.9,
    ).reset_parameters(torch.Generator().manual_seed(0))
    images, maps, masks = images_and_superpixels()
    epochs = []
    network.lay_out()
    batches = make_batches(images, maps, masks, layout=network.layout)
    training = overfit(network, *batches, max_iter=4, on_epoch=epochs.append)
    return {
        "loss": training.loss_curve,
        "labels": [epoch.refined for epoch in epochs],
        "weights": list(network.state_dict().values()),
        "features": [network.apply_frozen(images[0])],
    }


learned_outside = functools.cache(learn)


@pytest.mark.parametrize("around", ["each function", "all"])
@pytest.mark.parametrize(
    ("clustering", "precision"),
    [("residual", "float32"), ("paper", "bfloat16"), (None, "float32")],
)
def test_the_answer_does_not_depend_on_the_state_of_the_caller(
    state, around, clustering, precision
):
    expected = learned_outside(clustering, precision)
    learn_inside = learn if around == "each function" else plain_torch_state()(learn)
    with state():
        before = seen_by_the_caller()
        found = learn_inside(clustering, precision)
        assert seen_by_the_caller() == before
    assert found["loss"] == expected["loss"]
    assert len(set(found["loss"])) == 4  # it learned
    for name in ("labels", "weights", "features"):
        for one, other in zip(found[name], expected[name], strict=True):
            assert one.dtype == other.dtype
            assert torch.equal(one, other)


def test_the_state_is_as_before_after_an_error(state):
    network = DICNetwork(3, 4).reset_parameters(torch.Generator())
    broken = [torch.full((1, 3, 4, 4), torch.nan, dtype=torch.float32)]
    with state():
        before = seen_by_the_caller()
        with pytest.raises(FloatingPointError):
            overfit(network, broken, None)
        assert seen_by_the_caller() == before
        with pytest.raises(ZeroDivisionError), plain_torch_state():
            1 / 0  # noqa: B018
        assert seen_by_the_caller() == before


def test_nested_states_end_in_order():
    with torch.no_grad(), plain_torch_state():
        with torch.no_grad(), plain_torch_state():
            assert torch.is_grad_enabled()
        assert torch.is_grad_enabled()
        with default_device(), plain_torch_state():
            assert torch.empty(1).device.type == "cpu"

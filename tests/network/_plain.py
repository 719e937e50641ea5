"""The method once more, slowly and plainly, from the equations: the reference of the tests.

Nothing here is shared with the package but the initial weights. Sums over kernels, centres,
superpixels and parameters are Python loops; gradients are autograd's.
"""

import math

import torch


def convolve(image, weight, bias=None):
    """(C, H, W), (C', C, k, k) -> (C', H, W), zeros outside."""
    size = weight.shape[-1]
    reach = size // 2
    channels, height, width = image.shape
    padded = image.new_zeros(channels, height + 2 * reach, width + 2 * reach)
    padded[:, reach : reach + height, reach : reach + width] = image
    total = 0
    for i in range(size):
        for j in range(size):
            shifted = padded[:, i : i + height, j : j + width]
            total = total + torch.einsum("oc,chw->ohw", weight[:, :, i, j], shifted)
    return total if bias is None else total + bias[:, None, None]


def normalize(images, scale, shift):
    """Batch-norm with the mean and variance over all pixels of all images."""
    n_pixels = sum(image[0].numel() for image in images)
    mean = sum(image.sum((1, 2)) for image in images) / n_pixels
    centred = [image - mean[:, None, None] for image in images]
    variance = sum((image**2).sum((1, 2)) for image in centred) / n_pixels
    factor = scale / torch.sqrt(variance + 1e-5)
    return [image * factor[:, None, None] + shift[:, None, None] for image in centred]


def pool(image):
    """Maximum of 2 x 2 pixels, and of what is left of them at an odd border."""
    _, height, width = image.shape
    rows = [
        torch.stack(
            [
                image[:, i : i + 2, j : j + 2].flatten(1).max(dim=1).values
                for j in range(0, width, 2)
            ],
            dim=1,
        )
        for i in range(0, height, 2)
    ]
    return torch.stack(rows, dim=1)


def interpolate(image, height, width):
    """Bilinear, pixel centres at half-integers."""

    def weights(n_in, n_out):
        matrix = torch.zeros(n_out, n_in, dtype=image.dtype)
        for i in range(n_out):
            place = max((i + 0.5) * n_in / n_out - 0.5, 0)
            low = math.floor(place)
            high = min(low + 1, n_in - 1)
            matrix[i, low] += 1 - (place - low)
            matrix[i, high] += place - low
        return matrix

    rows, columns = weights(image.shape[1], height), weights(image.shape[2], width)
    return torch.einsum("ih,jw,chw->cij", rows, columns, image)


def deconvolve(image, weight, bias, height, width):
    """Each pixel writes a patch of 2 x 2, cut to the size of the skip."""
    n_out = weight.shape[1]
    large = image.new_zeros(n_out, 2 * image.shape[1], 2 * image.shape[2])
    for i in range(2):
        for j in range(2):
            large[:, i::2, j::2] = torch.einsum("co,chw->ohw", weight[:, :, i, j], image)
    return (large + bias[:, None, None])[:, :height, :width]


def transform(images, p):
    """Fig. 2: [(C, H, W)] -> [(C', H, W)]."""

    def block(images, name):
        convolved = [convolve(image, p[f"{name}.convolution.weight"]) for image in images]
        normal = normalize(convolved, p[f"{name}.norm.weight"], p[f"{name}.norm.bias"])
        return [image.clamp(min=0) for image in normal]

    skips = block(block(images, "fts.fine.0"), "fts.fine.1")
    deep = block(block([pool(skip) for skip in skips], "fts.coarse.0"), "fts.coarse.1")
    merged = []
    for skip, coarse in zip(skips, deep, strict=True):
        size = skip.shape[1:]
        if "fts.deconvolution.weight" in p:
            up = deconvolve(
                coarse, p["fts.deconvolution.weight"], p["fts.deconvolution.bias"], *size
            )
        else:
            up = interpolate(coarse, *size)
        merged.append(torch.cat([skip, up]))
    merged = block(block(merged, "fts.merged.0"), "fts.merged.1")
    bias = p.get("fts.head.bias")
    features = [convolve(image, p["fts.head.weight"], bias) for image in merged]
    if "fts.head_norm.weight" in p:
        features = normalize(features, p["fts.head_norm.weight"], p["fts.head_norm.bias"])
    return features


def cluster(features, initial_centers, n_iter, unit_length):
    """Eqs. 1-4: (N, C) -> (N, C)."""
    centers = list(initial_centers)
    for _ in range(n_iter):
        strengths = torch.stack([features @ center for center in centers], dim=1)
        strengths = (strengths - strengths.max(dim=1, keepdim=True).values).exp()
        associations = strengths / strengths.sum(dim=1, keepdim=True)
        for k in range(len(centers)):
            share = associations[:, k]
            centers[k] = (share[:, None] * features).sum(0) / share.sum()
            if unit_length:
                centers[k] = centers[k] / centers[k].norm()
    return sum(associations[:, [k]] * centers[k] for k in range(len(centers)))


def forward(images, p, clustering, n_iter):
    """[(C, H, W)] -> (N, C'): aggregated features of all pixels, image after image."""
    features = torch.cat([f.flatten(1).T for f in transform(images, p)])
    if clustering == "paper":
        return cluster(features, p["dcs.initial_centers"], n_iter, unit_length=False)
    if clustering == "residual":
        projected = features @ p["dcs.project_in.weight"].T + p["dcs.project_in.bias"]
        centers = p["dcs.initial_centers"]
        aggregated = cluster(projected.detach(), centers, n_iter, unit_length=True).clamp(min=0)
        out = aggregated @ p["dcs.project_out.weight"].T + p["dcs.project_out.bias"]
        return (out + features).clamp(min=0)
    return features


def vote(labels, superpixels):
    """Eqs. 6-7, superpixel by superpixel; ties go to the smallest label."""
    refined = list(labels)
    for superpixel in set(superpixels):
        members = [n for n, s in enumerate(superpixels) if s == superpixel]
        counts = {}
        for n in members:
            counts[labels[n]] = counts.get(labels[n], 0) + 1
        most = max(counts.values())
        winner = min(label for label, count in counts.items() if count == most)
        for n in members:
            refined[n] = winner
    return refined


def cross_entropy(aggregated, refined):
    """Eq. 8, per pixel."""
    total = 0
    for n, label in enumerate(refined):
        row = aggregated[n]
        total = total + torch.logsumexp(row, dim=0) - row[label]
    return total / len(refined)


def train(state, images, superpixels, clustering, n_iter, learning_rate, momentum, max_iter):
    """Algorithm 1: yields (voted labels, loss) of each epoch."""
    p = {
        name: tensor.detach().clone().requires_grad_(tensor.is_floating_point())
        for name, tensor in state.items()
        if not name.endswith(("norm.mean", "norm.variance", "dcs.centers"))
    }
    fixed = ("dcs.initial_centers",)
    velocity = {}
    for _ in range(max_iter):
        aggregated = forward(images, p, clustering, n_iter)
        labels = [int(row.argmax()) for row in aggregated]
        refined = vote(labels, superpixels)
        loss = cross_entropy(aggregated, refined)
        yield refined, loss.item()
        names = [name for name in p if name not in fixed]
        gradients = torch.autograd.grad(loss, [p[name] for name in names], allow_unused=True)
        with torch.no_grad():
            for name, gradient in zip(names, gradients, strict=True):
                if gradient is None:
                    continue
                velocity[name] = momentum * velocity.get(name, 0) + gradient
                p[name] -= learning_rate * velocity[name]

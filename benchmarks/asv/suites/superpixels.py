"""Each superpixel method with its default parameters."""

from sklearn_dic.superpixels import get_superpixels, get_superpixels_names

from . import picture


class Superpixels:
    """A photograph of the size of Berkeley's."""

    params = [get_superpixels_names()]
    param_names = ["method"]
    number = 1

    def setup(self, method):
        self.image = picture("481 x 321")
        self.transformer = get_superpixels(method)

    def time_fit_transform(self, method):
        self.transformer.fit_transform(self.image)

    def peakmem_fit_transform(self, method):
        self.transformer.fit_transform(self.image)

"""The estimator: a fit as it comes, an epoch at full resolution, and a prediction."""

from sklearn_dic import DeepImageClustering

from . import SIZES, picture


class Fit:
    """The default fit, with as many epochs as it takes."""

    params = [list(SIZES)]
    param_names = ["size"]
    number = 1

    def setup(self, size):
        self.image = picture(size)
        self.dic = DeepImageClustering(random_state=0)

    def time_fit(self, size):
        self.dic.fit(self.image)

    def peakmem_fit(self, size):
        self.dic.fit(self.image)

    def track_epochs(self, size):
        return self.dic.fit(self.image).n_iter_


class FullResolution:
    """Two epochs at full resolution with the paper's C = 100 and M = 32."""

    params = [["float32", "bfloat16"]]
    param_names = ["precision"]
    number = 1

    def setup(self, precision):
        self.image = picture("481 x 321")
        self.dic = DeepImageClustering(
            100, resolution=1, max_iter=2, precision=precision, random_state=0
        )

    def time_two_epochs(self, precision):
        self.dic.fit(self.image)

    def peakmem_two_epochs(self, precision):
        self.dic.fit(self.image)


class Predict:
    """A picture of another size than that of the fit."""

    params = [list(SIZES)]
    param_names = ["size"]
    number = 1

    def setup(self, size):
        self.image = picture(size)
        self.dic = DeepImageClustering(max_iter=2, random_state=0).fit(picture("128 x 128"))

    def time_predict(self, size):
        self.dic.predict(self.image)

    def peakmem_predict(self, size):
        self.dic.predict(self.image)

"""Photographs that are installed with scikit-image and scikit-learn."""

import numpy as np
from skimage import data
from sklearn.datasets import load_sample_image
from sklearn.utils import Bunch

_DESCRIPTION = """\
Sample images
=============

Seven RGB images of everyday scenes, a face, a tissue section, a rocket, a building and a flower.
There are no annotations.

========================  ===================================================================
astronaut                 Eileen Collins, NASA. Public domain.
chelsea                   A cat, by Stefan van der Walt. CC0.
coffee                    A cup on a table, by Rachel Michetti. CC0.
rocket                    Launch of a Falcon 9, SpaceX. Public domain.
immunohistochemistry      Stained glands of the colon, Center for Microscopy and Molecular
                          Imaging. No known copyright restrictions.
china                     The Summer Palace in Beijing, by danielbuechele,
                          https://www.flickr.com/photos/danielbuechele/6061409035. CC BY 2.0.
flower                    A flower, by vultilion,
                          https://www.flickr.com/photos/vultilion/6056698931. CC BY 2.0.
========================  ===================================================================

The first five are distributed with scikit-image, the last two with scikit-learn.
"""


def load_sample_images() -> Bunch:
    """Load a few photographs, without a download.

    They are part of the installed scikit-image and scikit-learn.

    Returns
    -------
    samples : Bunch
        images : list of ndarray of shape (H_i, W_i, 3), uint8
            From 300 x 451 to 427 x 640 pixels.
        names : list of str
            Name of each image in its library.
        DESCR : str
            Subjects, authors and licences of the images.

    See Also
    --------
    load_bsds : Photographs with human annotations.
    make_mosaic : Synthetic images with known regions.

    Examples
    --------
    >>> from sklearn_dic.datasets import load_sample_images
    >>> samples = load_sample_images()
    >>> samples.names[:3]
    ['astronaut', 'chelsea', 'coffee']
    >>> samples.images[1].shape
    (300, 451, 3)
    """
    images = {
        "astronaut": data.astronaut(),
        "chelsea": data.chelsea(),
        "coffee": data.coffee(),
        "rocket": data.rocket(),
        "immunohistochemistry": data.immunohistochemistry(),
        "china": np.array(load_sample_image("china.jpg")),  # a copy, which can be written to
        "flower": np.array(load_sample_image("flower.jpg")),
    }
    return Bunch(images=list(images.values()), names=list(images), DESCR=_DESCRIPTION)

"""Systems that the paper compares with: estimators with the interface of the others.

Names are imported on first use, so that a method does not load the libraries of the others.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

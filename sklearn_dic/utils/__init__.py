"""Tools that all subpackages share: parameters, devices, progress and warnings.

`estimator_checks` is also for authors of other image estimators.
"""

"""What all other rooms share: parameters, devices, progress and warnings.

`estimator_checks` is for authors of other image estimators too.
"""

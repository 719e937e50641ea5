"""Readers of label maps and contour maps in files: MATLAB, NumPy, images and text."""

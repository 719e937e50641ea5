"""What the other rooms share: reading and checking images, parameters, devices, progress."""

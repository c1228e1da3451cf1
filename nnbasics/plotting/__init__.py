"""Plot functions: data in, `matplotlib.axes.Axes` out."""

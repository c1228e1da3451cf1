"""nnbasics: the basics of neural networks, in PyTorch, beside an introductory article.

Where things are is said in `__init__.pyi`; torch and matplotlib are imported when something needs them.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

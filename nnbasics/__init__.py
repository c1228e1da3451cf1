"""nnbasics: the basics of neural networks, in PyTorch, beside an introductory article.

Where things are is said in `__init__.pyi`; torch and matplotlib are imported when something needs them.
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    import lazy_loader  # parses the stub, which takes longer than all of `nnbasics --help`

    found, listed, names = lazy_loader.attach_stub(__name__, __file__)
    globals().update(__getattr__=found, __dir__=listed, __all__=names)
    return names if name == "__all__" else found(name)


def __dir__() -> list[str]:
    return [*__getattr__("__all__")]  # type: ignore[misc]

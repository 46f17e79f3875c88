"""What both sides of the socket share: the model, its wire form and how a service is served."""

__version__ = "0.1.0"

__all__ = ["__version__"]

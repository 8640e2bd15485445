"""Hold the version, in the one place from which the package, the command and the manifests
take it.
"""

__version__ = "0.1.0"

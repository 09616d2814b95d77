"""xianjie (衔接账): the command line."""

from ledgers import __version__ as __version__

"""xianjie (衔接账): what the importers, rules and faces share."""

__version__ = "0.1.0"

from . import psa_period_skip

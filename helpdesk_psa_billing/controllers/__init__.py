from . import psa_statement

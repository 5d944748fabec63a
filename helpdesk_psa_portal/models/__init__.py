from . import psa_ticket

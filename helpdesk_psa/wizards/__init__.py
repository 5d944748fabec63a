from . import psa_ticket_identify

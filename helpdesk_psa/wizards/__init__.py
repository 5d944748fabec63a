from . import mail_compose_message, psa_ticket_identify

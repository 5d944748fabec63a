from . import mail_compose_message, psa_sla_statement, psa_ticket_identify

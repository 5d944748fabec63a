<<<<<<< HEAD
from . import mail_compose_message, psa_sla_statement, psa_ticket_identify
=======
from . import mail_compose_message, psa_schedule_skip, psa_ticket_identify
>>>>>>> 03343b9 (Schedules: tickets and interventions that come back, each date once, with a preview before saving)

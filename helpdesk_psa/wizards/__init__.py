from . import (
    mail_compose_message,
    psa_agreement_decide,
    psa_intervention_explain,
    psa_intervention_sign,
    psa_mail_log_attach,
    psa_schedule_skip,
    psa_sla_simulation,
    psa_sla_statement,
    psa_ticket_identify,
    psa_time_approve,
    psa_time_log,
    psa_time_reopen,
)

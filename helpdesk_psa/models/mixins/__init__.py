from . import (
    psa_customer_screen_mixin,
    psa_event_mixin,
    psa_identity_mixin,
    psa_party_settings_mixin,
    psa_site_mixin,
    psa_ticket_assignment_mixin,
    psa_ticket_home_mixin,
    psa_ticket_intake_mixin,
    psa_ticket_mail_mixin,
    psa_ticket_page_mixin,
    psa_ticket_screen_mixin,
    psa_ticket_search_mixin,
)

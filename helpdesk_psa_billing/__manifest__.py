{
    "name": "Helpdesk PSA Billing",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "summary": "Agreements that invoice themselves, each period once",
    "author": "helpdesk_psa contributors",
    "license": "LGPL-3",
    "depends": [
        "helpdesk_psa",
        "account",
        "sale_timesheet",
    ],
    "data": [
        "security/helpdesk_psa_billing_groups.xml",
        "security/ir.model.access.csv",
        "security/helpdesk_psa_billing_security.xml",
        "data/ir_sequence_data.xml",
        "data/ir_cron_data.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}

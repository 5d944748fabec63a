{
    "name": "Helpdesk PSA Billing: dashboard",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "summary": "The service business on one page",
    "author": "helpdesk_psa contributors",
    "license": "LGPL-3",
    "depends": ["helpdesk_psa_billing", "spreadsheet_dashboard"],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "auto_install": ["helpdesk_psa_billing", "spreadsheet_dashboard"],
}

{
    "name": "Helpdesk PSA Portal",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "summary": "Customers follow their tickets and open new ones on the web",
    "author": "helpdesk_psa contributors",
    "license": "LGPL-3",
    "depends": ["helpdesk_psa", "portal_rating"],
    "data": [
        "views/ticket_list_templates.xml",
        "views/ticket_new_templates.xml",
        "views/ticket_page_templates.xml",
    ],
    "demo": ["demo/res_users_demo.xml"],
    "assets": {
        "web.assets_tests": ["helpdesk_psa_portal/static/tests/tours/*.js"],
    },
}

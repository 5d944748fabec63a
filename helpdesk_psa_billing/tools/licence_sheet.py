"""The columns of a sheet of licences. No database."""

from odoo.addons.helpdesk_psa.tools.import_sheet import (
    BY_NAME,
    LONG,
    SHORT,
    Column,
    index_headings,
)

# As in the sheet of customers: by these the customer is recognised.
_CUSTOMER = ("customer_xmlid", "customer_ref", "customer_name", "customer_vat")
CUSTOMER_COLUMNS = tuple(
    Column(
        name, BY_NAME[name].party, "", BY_NAME[name].kind, LONG, BY_NAME[name].headings
    )
    for name in _CUSTOMER
)

# Columns without a field name a record that the plan looks up.
COLUMNS = CUSTOMER_COLUMNS + tuple(
    Column(name, "licence", field, kind, size, tuple(headings.split("|")))
    for name, field, kind, size, headings in (
        ("site_name", "", "text", LONG, "Site|Site name|Nom du site"),
        (
            "name",
            "name",
            "text",
            LONG,
            "Licence|License|Subscription|Name|Licence name|Abonnement|Nom",
        ),
        (
            "vendor_reference",
            "vendor_reference",
            "text",
            LONG,
            "Subscription ID|Vendor reference|ID d'abonnement|N° d'abonnement|"
            "Référence fournisseur",
        ),
        (
            "product",
            "product_id",
            "product",
            LONG,
            "Product|Product reference|Article|Produit|Référence article",
        ),
        (
            "quantity",
            "quantity",
            "number",
            SHORT,
            "Seats|Quantity|Licences|Licenses|Quantité|Nombre|Qté",
        ),
        ("date_start", "date_start", "date", SHORT, "Start|Start date|Début|Du"),
        ("date_end", "date_end", "date", SHORT, "End|End date|Fin|Au|Renewal date"),
        (
            "user_email",
            "",
            "email",
            LONG,
            "User e-mail|User|User's e-mail|E-mail de l'utilisateur|Utilisateur",
        ),
        ("notes", "notes", "html", 5000, "Notes|Remarks|Remarques|Commentaires"),
    )
)

BY_COLUMN = {column.name: column for column in COLUMNS}
HEADINGS = index_headings(COLUMNS)

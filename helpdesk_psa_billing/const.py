"""Words shared by several models of billing, in one place."""

BILLING_UNITS = [("week", "weeks"), ("month", "months"), ("year", "years")]

BILLING_TIMINGS = [
    ("advance", "In advance"),
    ("arrears", "In arrears"),
]

BILLING_ALIGNMENTS = [
    ("anniversary", "From the start day"),
    ("calendar", "Of the calendar"),
]

# What becomes of what a charge is about.
DESTINATIONS = [
    ("pending", "Pending"),
    ("covered", "Covered"),
    ("allowance", "From an allowance"),
    ("billed", "Billed"),
    ("not_billed", "Not billed"),
    ("sale_order", "On a sales order"),
    ("written_off", "Written off"),
]

# What the quantity of a line may be counted from.
COUNT_KINDS = [
    ("equipment", "Equipment"),
    ("contacts", "Contacts"),
    ("licences", "Licences"),
]

# Who sees what agreements bring in.
MONEY_GROUPS = "helpdesk_psa.group_psa_lead,helpdesk_psa_billing.group_psa_billing_user"

# How prices change each year.
REVISION_METHODS = [
    ("none", "Never"),
    ("percentage", "By a percentage"),
    ("index", "By an index"),
]

# What becomes of the work that a credit note takes back.
CREDIT_DISPOSITIONS = [
    ("bill_again", "Bill again"),
    ("write_off", "Write off"),
]

# Invoices that are created together: larger batches are not faster, only bigger.
INVOICE_BATCH = 100

# What a billing rule decides.
OUTCOMES = [
    ("covered", "Covered"),
    ("allowance", "From an allowance"),
    ("billed", "Billed"),
    ("not_billed", "Not billed"),
]

PRICE_METHODS = [
    ("base", "Pricelist"),
    ("offset", "Pricelist, and a difference"),
    ("fixed", "Fixed price"),
    ("flat", "Flat amount only"),
]

# What minutes are rounded and limited together in.
ROUNDING_SCOPES = [
    ("entry", "Entry"),
    ("ticket_day", "Ticket and day"),
    ("visit", "Visit"),
]

# Kinds of `psa.item`, as it names them.
ITEM_KINDS = [
    ("part", "Part"),
    ("km", "Kilometres"),
    ("overnight", "Overnight stay"),
    ("expense", "Expense"),
]

# What an allowance is a stock of.
ALLOWANCE_UNITS = [
    ("minutes", "Hours"),
    ("money", "Money"),
    ("incidents", "Incidents"),
]

# From when a prepaid block that is sold can be used.
ALLOWANCE_USABLE_FROM = [
    ("ordered", "Once it is ordered"),
    ("invoiced", "Once it is invoiced"),
    ("paid", "Once it is paid"),
]

# What becomes of work that an empty allowance does not pay.
ALLOWANCE_OVERRUNS = [
    ("billed", "Billed"),
    ("refused", "Pending, until somebody decides"),
]

# What goes out with an invoice of work.
STATEMENT_FORMATS = [
    ("none", "None"),
    ("pdf", "PDF"),
    ("pdf_xlsx", "PDF and Excel"),
]

# How the work on it is put together.
STATEMENT_GROUPINGS = [
    ("ticket", "By ticket"),
    ("day", "By day"),
]

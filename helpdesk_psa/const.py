"""Words shared by several models, in one place."""

# What a status means, whatever its name. Order is the order of a ticket's life.
STAGE_CATEGORIES = [
    ("new", "New"),
    ("open", "In progress"),
    ("waiting", "Waiting"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]

# Someone still has to do something about the ticket.
OPEN_CATEGORIES = ("new", "open", "waiting")
# The work is over; the customer may still object to `resolved`.
DONE_CATEGORIES = ("resolved", "closed", "cancelled")
# Nobody looks at the ticket any more.
CLOSED_CATEGORIES = ("closed", "cancelled")

PRIORITIES = [
    ("0", "Low"),
    ("1", "Normal"),
    ("2", "High"),
    ("3", "Urgent"),
]

CHANNELS = [
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("public_form", "Public form"),
    ("phone", "Phone"),
    ("chat", "Live chat"),
    ("manual", "By hand"),
    ("import", "Import"),
    ("api", "API"),
    ("intervention", "Intervention"),
]

EVENT_KINDS = [
    ("created", "Created"),
    ("read", "Read"),
    ("assign", "Assigned"),
    ("stage", "Status"),
    ("priority", "Priority"),
    ("severity", "Severity"),
    ("type", "Type"),
    ("category", "Category"),
    ("team", "Team"),
    ("customer", "Requester"),
    ("agent_reply", "Agent replied"),
    ("customer_message", "Customer wrote"),
    ("escalation", "Escalated"),
    ("link", "Linked"),
    ("notice", "Notice sent"),
]

# Odoo's `fetchmail.server` names itself so in the context of the mails it brings.
MAILBOX_CONTEXT = "default_fetchmail_server_id"

# Moments that a status sets when the ticket gets there and clears when it goes back.
MOMENT_OF_CATEGORIES = [
    ("resolved_at", DONE_CATEGORIES),
    ("closed_at", CLOSED_CATEGORIES),
]

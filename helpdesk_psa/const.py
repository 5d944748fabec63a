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
    ("schedule", "Schedule"),
]

# Order is the order of a visit's life.
INTERVENTION_STATES = [
    ("to_plan", "To plan"),
    ("planned", "Planned"),
    ("on_the_way", "On the way"),
    ("in_progress", "In progress"),
    ("done", "Done"),
    ("closed", "Signed"),
    ("cancelled", "Cancelled"),
]
# Somebody still has to go there, or is there.
OPEN_INTERVENTION_STATES = ("to_plan", "planned", "on_the_way", "in_progress")

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
    ("requested", "Moment of the request"),
    ("extension", "SLA extended"),
    ("clock", "Clock of the status"),
    ("sla_step", "SLA step"),
    ("breach", "SLA missed"),
]

# What a status does to the clocks; to cancel is to stop without keeping a promise.
SLA_MODES = [
    ("run", "Runs"),
    ("pause", "Pauses"),
    ("stop", "Stops"),
    ("cancel", "Cancel"),
]

# Whose promise a clock measures: ours to the customer, or a team's to the others.
SLA_KINDS = [
    ("sla", "Customer (SLA)"),
    ("ola", "Internal (OLA)"),
]

# What is measured; order is the order of a ticket's life.
SLA_METRICS = [
    ("acknowledge", "Acknowledgement"),
    ("first_response", "First response"),
    ("next_response", "Next response"),
    ("resolution", "Resolution"),
]

# State of a clock. `breached` is final: stopped too late. A clock that runs past its due
# time is overdue, which only the present moment tells.
SLA_STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("breached", "Breached"),
    ("cancelled", "Cancelled"),
]
# Clocks that have not stopped.
LIVE_SLA_STATES = ("running", "paused")

# Kinds of message that a person wrote.
WRITTEN_TYPES = ("email", "comment")

# What the customer's message does to a ticket, by the category of its status.
REPLY_POLICY_FIELD = {
    "waiting": "reply_waiting",
    "resolved": "reply_resolved",
    "closed": "reply_closed",
    "cancelled": "reply_closed",
}

# Odoo's `fetchmail.server` names itself so in the context of the mails it brings.
MAILBOX_CONTEXT = "default_fetchmail_server_id"

# Moments that a status sets when the ticket gets there and clears when it goes back.
MOMENT_OF_CATEGORIES = [
    ("resolved_at", DONE_CATEGORIES),
    ("closed_at", CLOSED_CATEGORIES),
]

# What `psa_by` in the context holds while an agreement's own methods write what nobody
# may type. An object, so that no call from outside can carry it.
BY_DECISION = object()

YES_NO = [("yes", "Yes"), ("no", "No")]

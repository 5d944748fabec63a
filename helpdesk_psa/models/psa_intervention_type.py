from odoo import fields, models


class PsaInterventionType(models.Model):
    """A kind of visit: repair, installation, preventive maintenance."""

    _name = "psa.intervention.type"
    _description = "Intervention Type"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to use it in all companies."
    )
    checklist_id = fields.Many2one(
        "psa.checklist",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Filled in on each visit of this type.",
    )
    planned_hours = fields.Float(
        string="Usual duration",
        default=1.0,
        help="Hours that a visit of this type takes in the calendar unless told otherwise.",
    )
    travel_minutes = fields.Integer(
        string="Usual travel",
        help="Minutes of travel before a visit of this type, unless its site or customer "
        "says how far it is.",
    )
    skill_ids = fields.Many2many(
        "hr.employee.category",
        "psa_intervention_type_skill_rel",
        "type_id",
        "skill_id",
        string="Skills asked for",
        domain="[('psa_is_skill', '=', True)]",
        help="What a technician has to be able to do. New visits of this type ask for it.",
    )
    event_type_id = fields.Many2one(
        "calendar.event.type",
        string="Calendar tag",
        ondelete="set null",
        help="Tag of the visit's appointment in the technicians' calendars.",
    )

    mail_report = fields.Boolean(
        string="Mail the signed report",
        default=True,
        help="The customer gets the report as soon as the sheet is signed. It is kept on "
        "the intervention and its tickets in any case.",
    )

    _travel_minutes_of_a_day = models.Constraint(
        "CHECK (travel_minutes >= 0 AND travel_minutes < 1440)",
        "Usual travel takes from 0 minutes to less than a day.",
    )
    _planned_hours_positive = models.Constraint(
        "CHECK (planned_hours > 0)", "A visit takes more than 0 hours."
    )

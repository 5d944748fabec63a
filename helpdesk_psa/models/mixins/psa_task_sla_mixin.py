from odoo import api, fields, models
from odoo.fields import Domain

from ...const import WRITTEN_TYPES
from ...tools.sla_policy import Facts

# What a state of a task does to clocks; the others run.
MODE_OF_STATE = {
    "04_waiting_normal": "pause",
    "1_done": "stop",
    "1_canceled": "cancel",
}


class PsaTaskSlaMixin(models.AbstractModel):
    """The clocks of a task, in projects that use SLA policies.

    As a ticket's: assigned, answered and done mean the same. A task that waits for
    another one pauses.
    """

    _name = "psa.task.sla.mixin"
    _description = "Task SLA"
    _inherit = ["psa.sla.mixin"]
    _psa_sla_subject = "task"
    _psa_event_inverse = "task_id"
    _psa_event_fields = {
        "priority": "priority",
        "partner_id": "customer",
        "user_ids": "assign",
    }

    sla_clock_ids = fields.One2many("psa.sla.clock", "task_id", string="Clocks")

    def _filter_measured(self):
        # sudo: a task's history is written whoever moves it
        return self.filtered(lambda task: task.sudo().psa_use_sla)

    def _start_history(self):
        """Begin the history, and the clocks, of tasks that have none."""
        tasks = self._filter_measured()
        events = [{"task_id": task.id, "kind": "created"} for task in tasks]
        events += [
            {"task_id": task.id, "kind": "assign", "new": str(task.user_ids[:1].id)}
            for task in tasks
            if task.user_ids
        ]
        tasks._log_events(events)

    def _log_states(self, before):
        """Tell the history of the tasks whose state differs.

        :param dict before: ``{task: state}``
        """
        tasks = self.browse()
        tasks._log_events(
            {
                "task_id": task.id,
                "kind": "stage",
                "old": state,
                "new": task.state,
            }
            for task, state in before.items()
            if task.state != state
        )

    def _log_message(self, message):
        """Tell the history that we wrote to the customer, or the customer to us."""
        subtype = message.subtype_id
        is_public = (
            message.message_type in WRITTEN_TYPES
            and not message.is_internal
            and subtype
            and not subtype.internal
        )
        if is_public and self._filter_measured():
            # sudo: the author's rights on contacts do not matter here
            author = message.sudo().author_id
            is_ours = author and not author.partner_share and author != self.partner_id
            kind = "agent_reply" if is_ours else "customer_message"
            self._log_event(kind, message=message)

    def _to_event_value(self, value):
        """Override of `psa.event.mixin`: of several people the first one counts."""
        if isinstance(value, models.BaseModel):
            value = value[:1]
        return super()._to_event_value(value)

    # === WHAT CLOCKS ASK === #

    def _get_sla_company(self):
        """Override of `psa.sla.mixin`: projects of all companies have none.

        The company of whoever opened the task promises then.
        """
        return self.company_id or self.sudo().create_uid.company_id

    @api.model
    def _get_sla_terms_fields(self):
        return (*super()._get_sla_terms_fields(), "project_id")

    @api.model
    def _get_sla_open_domain(self):
        return Domain("project_id.psa_use_sla", "=", True) & Domain(
            "state", "not in", ("1_done", "1_canceled")
        )

    def _get_sla_mode(self, vals):
        state = self.state if vals["kind"] == "created" else vals["new"]
        return MODE_OF_STATE.get(state, "run")

    def _is_measured(self):
        return super()._is_measured() and self.psa_use_sla

    def _get_sla_facts(self):
        needs = self.env["psa.sla.policy"]._get_needs("task")
        facts = {}
        for task in self:
            customer = task.partner_id.commercial_partner_id
            path = customer.psa_customer_group_id.parent_path or ""
            ids = {
                "customer": customer.ids,
                "group": [int(part) for part in path.split("/") if part],
                "site": task.partner_id.psa_site_id.ids,
                "project": task.project_id.ids,
            }
            facts[task.id] = Facts(
                company_id=task._get_sla_company().id,
                requested_at=task.create_date,
                priority=task.priority or "0",
                is_vip="vip" in needs
                and bool(task.partner_id._psa_get_setting("psa_vip")[0]),
                ids={name: frozenset(values) for name, values in ids.items()},
            )
        return facts

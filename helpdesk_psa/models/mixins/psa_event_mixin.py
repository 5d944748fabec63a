from odoo import SUPERUSER_ID, fields, models


class PsaEventMixin(models.AbstractModel):
    """Writes a record's history: one event for each change of a field that matters."""

    _name = "psa.event.mixin"
    _description = "Record with a History of Events"

    # Override with {field name: kind of event}.
    _psa_event_fields = {}
    # The field of `psa.event` that points to this model.
    _psa_event_inverse = None

    def _log_event(self, kind, *, old=False, new=False, message=None):
        """Append one event to each record.

        :param str kind: a key of ``EVENT_KINDS``
        :param old: stored value before, if any
        :param new: stored value after, if any
        :param message: `mail.message` that the event tells of, if any
        """
        self._log_events(
            {
                self._psa_event_inverse: record.id,
                "kind": kind,
                "old": old,
                "new": new,
                "message_id": message.id if message else False,
            }
            for record in self
        )

    def _log_events(self, vals_list):
        """Append events, in one batch, as done now by the current user."""
        now = fields.Datetime.now()
        user_id = self._get_event_user().id
        vals_list = [
            {"at": now, "user_id": user_id, **self._prepare_event_values(vals)}
            for vals in vals_list
        ]
        if vals_list:
            # sudo: nobody may write history by hand, everybody makes it by working
            self.env["psa.event"].sudo().create(vals_list)
            self._follow_events(vals_list)

    def _prepare_event_values(self, vals):
        """Return the values of an event about to be written. Override to add some."""
        return vals

    def _follow_events(self, vals_list):
        """Do what events bring that have just been written. Override to act on them."""

    def _get_event_user(self):
        """Return who is acting, empty for the scheduler, a mail or a visitor."""
        user = self.env.user
        nobody = user.id == SUPERUSER_ID or user._is_public()
        return user.browse() if nobody else user

    def _get_event_values(self):
        """Return ``{record id: {field name: stored value}}`` of the fields with events."""
        return {
            record.id: {
                name: self._to_event_value(record[name])
                for name in self._psa_event_fields
            }
            for record in self
        }

    def _to_event_value(self, value):
        if isinstance(value, models.BaseModel):
            return str(value.id) if value else False
        return value or False

    def _log_changes(self, before):
        """Append an event for each field that differs from `before`.

        :param dict before: what :meth:`_get_event_values` returned before the change
        """
        after = self._get_event_values()
        self._log_events(
            {
                self._psa_event_inverse: record.id,
                "kind": kind,
                "old": before[record.id][name],
                "new": after[record.id][name],
            }
            for record in self
            for name, kind in self._psa_event_fields.items()
            if before[record.id][name] != after[record.id][name]
        )

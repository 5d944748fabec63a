from odoo import models

# Of 5: whoever rates so is unhappy (the mail offers 5, 3 and 1).
BAD_RATING = 2
BAD_RATING_ACTIVITY = "mail.mail_activity_data_todo"


class PsaTicketRatingMixin(models.AbstractModel):
    """How content requesters are, and what follows when they are not."""

    _name = "psa.ticket.rating.mixin"
    _description = "Satisfaction of Requesters"

    def _rating_get_parent_field_name(self):
        """Override of `rating` to sum up the ratings per team."""
        return "team_id"

    def _rating_get_operator(self):
        """Override of `rating`: the agent of the ticket is the one who is rated."""
        return self.user_id.partner_id

    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        """Override of `rating`: praise does not wake a ticket up, blame is followed up."""
        rated = self.with_context(psa_rating=True)
        applied = super(PsaTicketRatingMixin, rated).rating_apply(
            rate, token, rating, feedback, subtype_xmlid, notify_delay_send
        )
        if rate <= BAD_RATING:
            self._follow_up_bad_rating(applied)
        return applied

    def _follow_up_bad_rating(self, rating):
        """Ask the team's leader, else the agent, to call the unhappy customer."""
        self.ensure_one()
        ticket = self.sudo()  # the customer who rates causes it
        user = ticket.team_id.leader_id or ticket.user_id
        known = ticket.activity_search(
            [BAD_RATING_ACTIVITY], user_id=user.id, only_automated=False
        )
        if user and ticket.team_id.follow_up_bad_rating and not known:
            ticket.activity_schedule(
                BAD_RATING_ACTIVITY,
                user_id=user.id,
                summary=self.env._(
                    "Unhappy: %(customer)s",
                    customer=rating.partner_id.name or ticket.author_name,
                ),
                note=rating.feedback or "",
            )

    def _asks_for_rating(self):
        """Whether the closing mail asks the requester how it went."""
        self.ensure_one()
        return bool(self.sudo().team_id.use_rating and self.partner_id)

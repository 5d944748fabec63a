from odoo.tests import Form, TransactionCase, new_test_user


class TestMailComposer(TransactionCase):
    """An agent chooses whether a message to the customer is mailed (S-091)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "ada_composer",
            groups="helpdesk_psa.group_psa_agent",
            email="ada@desk.example",
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Casey", "email": "casey@acme.example"}
        )
        cls.ticket = cls.env["psa.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )

    def _compose(self, **values):
        """Write to the customer in the full composer as the agent; return the wizard."""
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(
                default_model="psa.ticket",
                default_res_ids=self.ticket.ids,
                default_composition_mode="comment",
                default_partner_ids=self.customer.ids,
                default_subtype_xmlid="mail.mt_comment",
            )
        )
        composer.body = "<p>We are on it.</p>"
        for name, value in values.items():
            composer[name] = value
        return composer.save()

    def _get_mails_since(self, messages):
        """Return the mails of the messages posted after the given ones."""
        new = self.ticket.message_ids - messages
        return self.env["mail.mail"].search([("mail_message_id", "in", new.ids)])

    def test_a_message_is_mailed_to_the_customer_by_default(self):
        before = self.ticket.message_ids
        self._compose().action_send_mail()
        message = self.ticket.message_ids - before
        self.assertEqual(message.notification_ids.res_partner_id, self.customer)
        self.assertEqual(self._get_mails_since(before).recipient_ids, self.customer)

    def test_an_unticked_message_is_public_and_nobody_outside_gets_a_mail(self):
        before = self.ticket.message_ids
        self._compose(psa_send_mail=False).action_send_mail()
        message = self.ticket.message_ids - before
        self.assertEqual(len(message), 1)
        self.assertFalse(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(message.notification_ids)
        self.assertFalse(self._get_mails_since(before))

    def test_an_unticked_message_still_counts_as_the_first_response(self):
        self._compose(psa_send_mail=False).action_send_mail()
        self.assertTrue(self.ticket.first_response_at)

    def test_an_unticked_message_still_reaches_colleagues(self):
        colleague = new_test_user(
            self.env,
            "bob_composer",
            groups="helpdesk_psa.group_psa_agent",
            email="bob@desk.example",
        )
        self.ticket.message_subscribe(colleague.partner_id.ids)
        before = self.ticket.message_ids
        self._compose(psa_send_mail=False).action_send_mail()
        message = self.ticket.message_ids - before
        self.assertEqual(message.notification_ids.res_partner_id, colleague.partner_id)

    def test_a_scheduled_message_remembers_that_it_is_not_mailed(self):
        before = self.ticket.message_ids
        composer = self._compose(psa_send_mail=False)
        composer.scheduled_date = "2030-01-01 08:00:00"
        scheduled = composer._action_schedule_message()
        scheduled._post_message()
        message = self.ticket.message_ids - before
        self.assertIn("We are on it.", message.body)
        self.assertFalse(message.notification_ids)
        self.assertFalse(self._get_mails_since(before))

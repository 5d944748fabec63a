from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .intervention_common import InterventionCommon


@tagged("post_install", "-at_install")
class TestInterventionChecklist(InterventionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checklist = cls.env["psa.checklist"].create(
            {
                "name": "Yearly check",
                "item_ids": [
                    (0, 0, {"name": "Filter", "is_required": True}),
                    (
                        0,
                        0,
                        {
                            "name": "Voltage",
                            "kind": "measure",
                            "unit": "V",
                            "minimum": 220,
                            "maximum": 240,
                            "is_required": True,
                        },
                    ),
                    (0, 0, {"name": "Remarks", "kind": "text"}),
                    (0, 0, {"name": "Rack", "kind": "photo"}),
                ],
            }
        )
        cls.type_check = cls.env["psa.intervention.type"].create(
            {"name": "Check", "checklist_id": cls.checklist.id}
        )

    def _create_visit(self, **values):
        return self._create_planned(type_id=self.type_check.id, **values)

    def _get_item(self, intervention, name):
        return intervention.checklist_item_ids.filtered(lambda one: one.name == name)

    def test_visit_gets_the_checklist_of_its_type(self):
        items = self._create_visit().checklist_item_ids
        self.assertEqual(items.mapped("name"), ["Filter", "Voltage", "Remarks", "Rack"])
        self.assertFalse(items.checklist_id)

    def test_visit_keeps_the_words_of_its_day(self):
        intervention = self._create_visit()
        self.checklist.item_ids[0].with_user(self.lea).name = "Air filter"
        self.assertEqual(intervention.checklist_item_ids[0].name, "Filter")

    def test_checklist_is_copied_in_all_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.checklist.item_ids[0].with_context(lang="fr_FR").name = "Filtre"
        item = self._create_visit().checklist_item_ids[0]
        self.assertEqual(item.with_context(lang="fr_FR").name, "Filtre")

    def test_visit_is_not_done_while_required_items_are_empty(self):
        intervention = self._create_visit()
        intervention.state = "in_progress"
        with self.assertRefused(UserError, "Filter, Voltage"):
            intervention.action_done()
        self.assertEqual(intervention.state, "in_progress")

    def test_visit_is_done_once_they_are_filled_in(self):
        intervention = self._create_visit()
        self._get_item(intervention, "Filter").action_toggle()
        self._get_item(intervention, "Voltage").value = 231
        intervention.state = "in_progress"
        intervention.action_done()
        self.assertEqual(intervention.state, "done")
        self.assertTrue(intervention.done_at)

    def test_nought_is_a_measure(self):
        item = self._get_item(self._create_visit(), "Voltage")
        item.write({"value": 0, "is_measured": True})
        self.assertTrue(item.is_filled)
        self.assertTrue(item.is_out_of_limits)

    def test_measure_beyond_its_limits_shows_and_stops_nobody(self):
        intervention = self._create_visit()
        self._get_item(intervention, "Filter").is_checked = True
        voltage = self._get_item(intervention, "Voltage")
        voltage.value = 180
        self.assertTrue(voltage.is_out_of_limits)
        intervention.state = "in_progress"
        intervention.action_done()
        self.assertEqual(intervention.state, "done")

    def test_blank_words_fill_nothing_in(self):
        remarks = self._get_item(self._create_visit(), "Remarks")
        remarks.text = "  \n "
        self.assertFalse(remarks.is_filled)

    def test_photo_taken_before_saving_is_seen_by_colleagues(self):
        rack = self._get_item(self._create_visit(), "Rack")
        photo = (
            self.env["ir.attachment"]
            .with_user(self.ada)
            .create({"name": "rack.png", "raw": b"png", "res_model": rack._name})
        )
        rack.photo_ids = photo
        self.assertTrue(rack.is_filled)
        self.assertEqual(photo.with_user(self.rita).raw, b"png")

    def test_new_type_brings_its_checklist_and_keeps_what_was_filled_in(self):
        intervention = self._create_visit()
        self._get_item(intervention, "Filter").is_checked = True
        intervention.type_id = self.type_repair
        self.assertEqual(intervention.checklist_item_ids.mapped("name"), ["Filter"])

    def test_agent_changes_no_checklist(self):
        item = self.checklist.item_ids[0].with_user(self.ada)
        with self.assertRefused(AccessError):
            item.name = "Nothing"
        with self.assertRefused(AccessError):
            item.unlink()
        self.assertEqual(item.name, "Filter")

    def test_limits_the_wrong_way_round_are_refused(self):
        voltage = self.checklist.item_ids[1].with_user(self.lea)
        with self.assertRefused(ValidationError, "above the largest"):
            voltage.minimum = 250
        self.assertEqual(voltage.minimum, 220)

    def test_item_belongs_to_one_thing_only(self):
        intervention = self._create_visit()
        with self.assertRefused(ValidationError, "belongs to nothing"):
            self.env["psa.checklist.item"].create(
                {
                    "name": "Both",
                    "checklist_id": self.checklist.id,
                    "intervention_id": intervention.id,
                }
            )

import csv
import json
import re
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..const import CHANNELS
from ..demo.psa_demo import AGE_DAYS, STORIES, _plan

NOW = datetime(2026, 3, 4, 14, 30)


@tagged("post_install", "-at_install")
class TestDemoStories(BaseCase):
    """The stories of the demo tickets, before they are played."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(STORIES) as file:
            cls.stories = json.load(file)

    def _get_names(self, kind):
        """Return the middle of the demo XML ids of a kind: psa_tag_<name>_demo."""
        text = ""
        for path in ("res_users_demo.xml", "psa_team_demo.xml"):
            with file_open(f"helpdesk_psa/demo/{path}") as file:
                text += file.read()
        with file_open("helpdesk_psa/demo/res.partner.csv") as file:
            text += "".join(f'id="{row["id"]}"' for row in csv.DictReader(file))
        return set(re.findall(rf'id="{kind}_(\w+)_demo"', text))

    def test_plan_depends_on_the_day_only(self):
        first, second = _plan(self.stories, NOW), _plan(self.stories, NOW)
        self.assertEqual(
            [(story["key"], story["start"]) for story in first],
            [(story["key"], story["start"]) for story in second],
        )

    def test_every_story_fits_into_the_last_ninety_days(self):
        for hours in range(0, 168, 5):
            now = NOW + timedelta(hours=hours)
            for story in _plan(self.stories, now):
                with self.subTest(story=story["key"], now=now):
                    self.assertGreater(story["start"], now - timedelta(days=91))
                    self.assertLess(story["start"], story["limit"])
                    self.assertLess(story["limit"], now)

    def test_linked_stories_follow_the_one_they_tell_of(self):
        start = {story["key"]: story["start"] for story in _plan(self.stories, NOW)}
        for story in self.stories:
            former = story.get("parent") or (story.get("link") or [None, None])[1]
            if former:
                with self.subTest(story=story["key"]):
                    self.assertLess(start[former], start[story["key"]])

    def test_sixty_stories_show_every_end_and_every_channel(self):
        self.assertEqual(len({story["key"] for story in self.stories}), 60)
        self.assertEqual({story["end"] for story in self.stories}, AGE_DAYS.keys())
        # Tickets of a schedule come from the demo's schedules.
        self.assertEqual(
            {story["channel"] for story in self.stories},
            dict(CHANNELS).keys() - {"schedule"},
        )

    def test_stories_name_only_what_the_demo_data_has(self):
        for field, kind in (
            ("from", "res_partner"),
            ("agent", "res_users"),
            ("category", "psa_ticket_category"),
        ):
            names = {story.get(field) for story in self.stories} - {None, ""}
            names = {name for name in names if "@" not in name}
            self.assertFalse(names - self._get_names(kind), field)
        tags = {tag for story in self.stories for tag in story.get("tags", [])}
        self.assertEqual(tags, self._get_names("psa_tag"))

    def test_no_address_of_the_demo_exists(self):
        with file_open("helpdesk_psa/demo/res.partner.csv") as file:
            addresses = [row["email"] for row in csv.DictReader(file)]
        addresses += [story["from"] for story in self.stories if "@" in story["from"]]
        for address in addresses:
            self.assertRegex(address, r"\.example$")

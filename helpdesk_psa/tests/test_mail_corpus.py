import importlib.util
import runpy
from collections import Counter
from contextlib import suppress
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import tagged

from .common import EML, HelpdeskCommon


class Placeholders(dict):
    """Fill the templates of mails that Odoo tests itself with."""

    def __missing__(self, name):
        return f"a {name}"


@tagged("post_install", "-at_install")
class TestMailCorpus(HelpdeskCommon):
    """Whatever comes in, no mail raises and none is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Many of these mails have the same sender.
        cls.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 10000)

    def assertNoneLost(self, mails):
        """Receive mails; each must have a line with a fate, and a message if welcome.

        :param dict mails: `bytes` by name
        :return: count of mails by fate
        """
        self.assertTrue(mails, "The corpus is empty")
        Log = self.env["psa.mail.log"]
        before = Log.search_count([])
        fates = Counter()
        for name, raw in mails.items():
            with self.subTest(mail=name):
                line = self._receive(raw, model="psa.ticket")
                fates[line.state] += 1
                self.assertNotIn(
                    line.state, ("received", "failed", "rescued"), line.detail
                )
                if line.state in ("ticket", "reply"):
                    self.assertTrue(line.ticket_id.message_ids)
                else:
                    self.assertTrue(line.detail)
        self.assertEqual(Log.search_count([]) - before, len(mails))
        return fates

    def test_mails_of_python(self):
        spec = importlib.util.find_spec("test.test_email")
        folder = spec and Path(spec.origin).parent / "data"
        if not folder or not folder.is_dir():
            self.skipTest("This Python comes without the mails of test.test_email")
        mails = {path.name: path.read_bytes() for path in sorted(folder.glob("msg_*"))}
        fates = self.assertNoneLost(mails)
        self.assertGreaterEqual(fates["ticket"], 35)

    def test_mails_of_odoo(self):
        path = Path(get_module_path("test_mail"), "data", "test_mail_data.py")
        mails = {}
        for name, text in runpy.run_path(str(path)).items():
            if isinstance(text, str) and "\nTo: " in f"\n{text}":
                # Some have braces of their own: they are mails as they stand.
                with suppress(KeyError, ValueError, IndexError):
                    text = text.format_map(
                        Placeholders(
                            to=self.team_address,
                            email_from="Casey <casey@acme.example.com>",
                            msg_id=f"<{name}@acme.example.com>",
                            extra="X-Extra: 1",
                            references="",
                            date="Mon, 05 Jan 2026 09:00:00 +0000",
                        )
                    )
                mails[name] = text.encode()
        fates = self.assertNoneLost(mails)
        self.assertGreaterEqual(len(mails), 15)
        self.assertGreaterEqual(fates["ticket"], 10)

    def test_mails_of_our_own(self):
        mails = {path.name: path.read_bytes() for path in sorted(EML.glob("*.eml"))}
        self.assertNoneLost(mails)

    def test_mails_of_python_cut_off_anywhere(self):
        """Connections break, disks fill: half a mail is a mail."""
        raw = (EML / "smime_signed.eml").read_bytes()
        step = len(raw) // 12
        mails = {f"{size} bytes": raw[:size] for size in range(1, len(raw), step)}
        self.assertNoneLost(mails)

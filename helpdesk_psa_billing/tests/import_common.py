"""Sheets of licences and agreements."""

import base64
import csv
import io
from pathlib import Path

from .count_common import CountCommon

DATA = Path(__file__).parents[2] / "data"


class ImportCommon(CountCommon):
    """Lea brings what other programs know; the products are there already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.m365 = cls._create_product("M365", 20, default_code="M365")

    def _check(self, *rows, kind, user=None, data=None, **values):
        """Upload a sheet and check it."""
        if data is None:
            headings = list(dict.fromkeys(name for row in rows for name in row))
            out = io.StringIO()
            writer = csv.DictWriter(out, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
            data = out.getvalue().encode()
        jobs = self.env["psa.import"].with_user(user or self.lea)
        job = jobs.create({"kind": kind, "file": base64.b64encode(data), **values})
        job.action_check()
        return job

    def _import(self, *rows, **values):
        job = self._check(*rows, **values)
        job.action_import()
        return job

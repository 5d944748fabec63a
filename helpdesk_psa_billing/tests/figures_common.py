"""Figures of ACME's and Globex's work, and a slow obvious way to reckon them."""

from collections import defaultdict

from odoo import fields

from .charge_common import ChargeCommon


class FiguresCommon(ChargeCommon):
    """An hour of Ada costs 30, one of Lea 50; remote work is sold at 90, on site at 120."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada_employee.hourly_cost = 30
        cls.lea_employee.hourly_cost = 50
        cls.globex_ticket = cls._create_ticket(partner_id=cls.zoe.id)

    def _read(self, *names, model="psa.service.report", user=None, **domain):
        """Return the sums and ratios of a report, as Lea sees them."""
        [row] = self._group([], names, model=model, user=user, **domain)
        return list(row)

    def _group(self, groupby, names, model="psa.service.report", user=None, **domain):
        report = self.env[model].with_user(user or self.lea)
        return report._read_group(
            [(name, "=", value) for name, value in domain.items()],
            groupby,
            [f"{name}:{report._fields[name].aggregator}" for name in names],
        )

    def _sum_by(self, records, key, *values):
        """Return {key: [sums]} of records, one by one."""
        sums = defaultdict(lambda: [0.0] * len(values))
        for record in records:
            row = sums[key(record)]
            for number, value in enumerate(values):
                row[number] += value(record)
        return {
            group: [round(it, 6) for it in row]
            for group, row in sums.items()
            if any(round(it, 6) for it in row)
        }

    def _sum_groups(self, groups, number):
        """Return {key: [sums]} of groups whose first `number` columns are the key."""
        return {
            tuple(
                fields.Date.to_date(it) if hasattr(it, "year") else it.id
                for it in row[:number]
            ): [round(it, 6) for it in row[number:]]
            for row in groups
            if any(round(it, 6) for it in row[number:])
        }

from odoo import api, models


class PsaNumberMixin(models.AbstractModel):
    """Gives records numbers in the order of their creation, without waiting for a lock.

    The model names its sequence and has a field `number`.
    """

    _name = "psa.number.mixin"
    _description = "Numbered Record"

    # XML id of the `ir.sequence`
    _psa_sequence = None

    def _number_values(self, vals_list):
        """Give each record its number, all of a batch in one query and without a lock."""
        unnumbered = [vals for vals in vals_list if not vals.get("number")]
        numbers = self._draw_numbers(len(unnumbered))
        for vals, number in zip(unnumbered, numbers, strict=True):
            vals["number"] = number

    @api.model
    def _draw_numbers(self, count):
        # sudo: nobody needs rights on sequences to open a ticket
        sequence_id = self.env["ir.model.data"]._xmlid_to_res_id(
            self._psa_sequence, raise_if_not_found=True
        )
        sequence = self.env["ir.sequence"].sudo().browse(sequence_id)
        if (
            count <= 1
            or sequence.use_date_range
            or sequence.implementation != "standard"
        ):
            return [sequence._next() for _number in range(count)]
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            [f"ir_sequence_{sequence.id:03d}", count],
        )
        numbers = self.env.cr.fetchall()  # now: reading the prefix may query, too
        prefix, suffix = sequence._get_prefix_suffix()
        return [
            f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in numbers
        ]

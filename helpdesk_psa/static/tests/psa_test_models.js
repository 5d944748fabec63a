import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models } from "@web/../tests/web_test_helpers";

export class PsaTicket extends models.Model {
    _name = "psa.ticket";
    _inherit = ["mail.thread"];

    name = fields.Char();
    email = fields.Char();
    child_ids = fields.Many2many({ relation: "psa.ticket" });
    read_at = fields.Datetime();

    _records = [
        { id: 1, name: "Printer", email: "pat@example.com", child_ids: [2, 3] },
        { id: 2, name: "Network", read_at: "2026-01-02 08:00:00" },
        { id: 3, name: "Screen" },
    ];
}

export function definePsaModels() {
    defineMailModels();
    defineModels({ PsaTicket });
}

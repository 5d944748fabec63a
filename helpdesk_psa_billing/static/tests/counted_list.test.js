import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class PsaPeriod extends models.Model {
    _name = "psa.period";

    counted = fields.Json();

    _records = [
        {
            id: 1,
            counted: [
                { name: "PC 1", reference: "SN1", quantity: 1, spans: [["2026-06-10", null]] },
                { name: "Suite", reference: "", quantity: 12, spans: [[null, null]] },
            ],
        },
    ];
}

defineMailModels();
defineModels([PsaPeriod]);

test("what was counted is listed with its days and adds up", async () => {
    await mountView({
        type: "form",
        resModel: "psa.period",
        resId: 1,
        arch: `<form><field name="counted" widget="psa_counted_list"/></form>`,
    });
    expect(queryAllTexts(".o_psa_counted_list tbody tr:first td")).toEqual([
        "PC 1",
        "SN1",
        "from 06/10/2026",
        "1",
    ]);
    expect(".o_psa_counted_list tfoot td:last").toHaveText("13");
});

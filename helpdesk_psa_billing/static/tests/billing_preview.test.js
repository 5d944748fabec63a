import { getMonthCells } from "@helpdesk_psa_billing/billing_preview/billing_preview_field";
import { expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const JANUARY = {
    month: "2026-01-01",
    total: 350,
    days: [
        {
            date: "2026-01-15",
            total: 350,
            entries: [
                { name: "Care", explanation: "1 × 100", amount: 100, state: "planned" },
                { name: "Set-up", explanation: "1 × 250", amount: 250, state: "planned" },
            ],
        },
    ],
};
const FEBRUARY = {
    month: "2026-02-01",
    total: 100,
    days: [
        {
            date: "2026-02-15",
            total: 100,
            entries: [{ name: "Care", explanation: "", amount: 100, state: "invoiced" }],
        },
    ],
};

class PsaAgreement extends models.Model {
    _name = "psa.agreement";

    billing_preview = fields.Json();

    _records = [
        { id: 1, billing_preview: { currency_id: 1, total: 450, months: [JANUARY, FEBRUARY] } },
        { id: 2, billing_preview: { currency_id: 1, total: 0, months: [] } },
    ];
}

defineMailModels();
defineModels([PsaAgreement]);

const openForm = (resId) =>
    mountView({
        type: "form",
        resModel: "psa.agreement",
        resId,
        arch: `<form><field name="billing_preview" widget="psa_billing_preview"/></form>`,
    });

test("a month begins on its weekday and fills whole weeks", () => {
    const monday = getMonthCells("2026-02-01", 1);
    expect(monday.slice(0, 8)).toEqual([null, null, null, null, null, null, 1, 2]);
    expect(monday.length).toBe(35);
    expect(getMonthCells("2026-02-01", 7).length).toBe(28);
});

test("days on which something is due are marked by what became of it", async () => {
    await openForm(1);
    expect(".o_psa_month").toHaveCount(2);
    expect(queryAllTexts(".o_psa_day")).toEqual(["15", "15"]);
    expect(".o_psa_day:eq(0)").toHaveClass("o_psa_planned");
    expect(".o_psa_day:eq(1)").toHaveClass("o_psa_invoiced");
    expect(".o_psa_month_total:eq(0)").toHaveText(/350\.00/);
    expect(".o_psa_year_total").toHaveText(/450\.00/);
});

test("a day tells its lines and amounts", async () => {
    await openForm(1);
    await click(".o_psa_day:eq(0)");
    await animationFrame();
    expect(".o_psa_billing_preview_popover").toHaveText(/Care[\s\S]*Set-up[\s\S]*350\.00/);
});

test("an agreement without anything due says what to do", async () => {
    await openForm(2);
    expect(".o_psa_billing_preview").toHaveText(/Give the lines a product and a price/);
});

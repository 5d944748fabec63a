import { BillingProgress } from "@helpdesk_psa_billing/billing_progress/billing_progress";
import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

class PsaBillingRun extends models.Model {
    _name = "psa.billing.run";

    state = fields.Selection({
        selection: [
            ["drafting", "Drafting invoices"],
            ["posting", "Posting"],
            ["posted", "Posted"],
        ],
    });
    done_count = fields.Integer();
    total_count = fields.Integer();

    _records = [{ id: 1, state: "drafting", done_count: 100, total_count: 400 }];
}

defineMailModels();
defineModels([PsaBillingRun]);

const arch = `
    <form>
        <field name="state"/>
        <widget name="psa_billing_progress" invisible="state == 'posted'"/>
    </form>`;

test("a run that goes from drafting to posting tells how far it is, to its end", async () => {
    await mountView({ type: "form", resModel: "psa.billing.run", resId: 1, arch });
    expect(".o_psa_billing_progress").toHaveText("100 of 400 invoices are drafted.");

    const runs = MockServer.env["psa.billing.run"];
    runs.write([1], { state: "posting", done_count: 200 });
    await advanceTime(BillingProgress.interval);
    await animationFrame();
    expect(".o_psa_billing_progress").toHaveText("200 of 400 invoices are posted.");

    runs.write([1], { state: "posted", done_count: 400 });
    await advanceTime(BillingProgress.interval);
    await animationFrame();
    expect(".o_psa_billing_progress").toHaveCount(0);
});

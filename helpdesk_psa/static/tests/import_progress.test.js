import { ImportProgress } from "@helpdesk_psa/import_progress/import_progress";
import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class PsaImport extends models.Model {
    _name = "psa.import";

    state = fields.Selection({
        selection: [
            ["importing", "Being imported"],
            ["done", "Imported"],
        ],
    });
    done_count = fields.Integer();
    good_count = fields.Integer();

    _records = [{ id: 1, state: "importing", done_count: 500, good_count: 2000 }];
}

defineMailModels();
defineModels([PsaImport]);

const arch = `
    <form>
        <field name="state"/>
        <widget name="psa_import_progress" invisible="state != 'importing'"/>
    </form>`;

const openForm = () => mountView({ type: "form", resModel: "psa.import", resId: 1, arch });

test("the progress of a running import shows and goes on by itself", async () => {
    await openForm();
    expect(".o_psa_import_progress").toHaveText("500 of 2000 rows are imported.");
    expect(".progress-bar").toHaveAttribute("aria-valuenow", "25");

    MockServer.env["psa.import"].write([1], { done_count: 1000 });
    await advanceTime(ImportProgress.interval);
    await animationFrame();
    expect(".o_psa_import_progress").toHaveText("1000 of 2000 rows are imported.");
    expect(".progress-bar").toHaveAttribute("aria-valuenow", "50");
});

test("when the import is over the form shows it and nothing is asked any more", async () => {
    onRpc("psa.import", "read", () => expect.step("read"));
    await openForm();
    MockServer.env["psa.import"].write([1], { state: "done", done_count: 2000 });
    await advanceTime(ImportProgress.interval);
    await animationFrame();
    expect(".o_psa_import_progress").toHaveCount(0);
    await advanceTime(5 * ImportProgress.interval);
    expect.verifySteps(["read"]);
});

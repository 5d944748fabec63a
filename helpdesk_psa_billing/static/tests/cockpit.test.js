import { Cockpit } from "@helpdesk_psa_billing/cockpit/cockpit";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { contains, makeMockEnv, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

defineMailModels();

const nothing = { count: 0, minutes: 0, amount: 0 };
const figures = Object.fromEntries(
    ["approve", "time", "pending", "ready", "recurring", "late", "draft"].map((bucket) => [
        bucket,
        nothing,
    ])
);

function makeRow(key, name, values = {}) {
    return {
        key,
        name,
        subtitle: "",
        customer_id: key,
        invoiced: 0,
        blocking: 0,
        warnings: 0,
        ...figures,
        ...values,
    };
}

function makeData(rows, values = {}) {
    return {
        today: "2026-04-02",
        until: "2026-04-01",
        company_id: 1,
        currency_id: 1,
        grouping: "customer",
        figures: { ...figures, findings: { count: 0, blocking: 0 } },
        rows,
        row_count: rows.length,
        choices: { companies: [{ id: 1, name: "MSP" }], managers: [], groups: [], kinds: [] },
        can_bill: true,
        can_draft: true,
        run_id: false,
        checked_at: false,
        ...values,
    };
}

/** Show the screen with what a function of the options answers. */
async function open(answer) {
    onRpc("psa.billing.cockpit", "get_cockpit", ({ args: [options] }) => answer(options));
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(Cockpit, { env, props: { action: {} } });
}

test("nothing to bill is said with the day", async () => {
    await open(() => makeData([]));
    expect(".o_psa_cockpit_empty h2").toHaveText(/Nothing to bill until/);
    expect(".o_psa_cockpit_table").toHaveCount(0);
});

test("what is chosen is added up and can be drafted", async () => {
    const rows = [makeRow(1, "ACME", { invoiced: 190 }), makeRow(2, "Globex", { invoiced: 90 })];
    await open(() => makeData(rows));
    expect(".o_psa_cockpit_bar").toHaveCount(0);
    await contains(".o_psa_cockpit_all").click();
    expect(".o_psa_cockpit_bar").toHaveText(/2 chosen.*280/s);
    expect(".o_psa_cockpit_draft").toHaveCount(1);
});

test("who does not bill approves and drafts nothing", async () => {
    await open(() => makeData([makeRow(1, "ACME")], { can_bill: false }));
    await contains(".o_psa_cockpit_box").click();
    expect(".o_psa_cockpit_approve").toHaveCount(1);
    expect(".o_psa_cockpit_draft").toHaveCount(0);
});

test("arrows go from row to row", async () => {
    await open(() => makeData([makeRow(1, "ACME"), makeRow(2, "Globex")]));
    queryOne("[data-key='1'] .o_psa_cockpit_box").focus();
    await press("ArrowDown");
    expect("[data-key='2'] .o_psa_cockpit_box").toBeFocused();
    await press("ArrowUp");
    expect("[data-key='1'] .o_psa_cockpit_box").toBeFocused();
});

test("a filter is asked of the server at once", async () => {
    const rows = [makeRow(1, "ACME"), makeRow(2, "Globex")];
    await open(({ filters }) => {
        expect.step(filters.search || "all");
        return makeData(filters.search ? rows.slice(1) : rows);
    });
    await contains(".o_psa_cockpit_search").edit("glo");
    await runAllTimers();
    await animationFrame();
    expect.verifySteps(["all", "glo"]);
    expect(queryAllTexts(".o_psa_cockpit_row label")).toEqual(["Globex"]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

import { RateCard } from "@helpdesk_psa_billing/rate_card/rate_card";

defineMailModels();

function getCell(text, state, exceptions = []) {
    return { text, state, why: `Because: ${text}`, rule_id: 7, exceptions };
}

const CARD = {
    day: "2026-06-01",
    kind: "plan",
    is_cut: false,
    max_columns: 12,
    columns: [
        {
            id: 3,
            name: "Managed",
            subtitle: "",
            bands: [
                { id: 1, name: "Office hours" },
                { id: 2, name: "Evenings" },
            ],
        },
    ],
    rows: [
        {
            key: 0,
            name: "Remote",
            icon: "fa-headphones",
            cells: [
                getCell("—", "next", [{ ...getCell("Included", "covered"), about: "Incident" }]),
                getCell("135.00", "billed"),
            ],
        },
    ],
};

/** Show the card; what it asks and opens is noted as steps. */
async function openCard(params) {
    onRpc("psa.billing.plan", "get_rate_card", ({ args, kwargs }) => {
        expect.step([args[0], kwargs.subject_ids, kwargs.day]);
        return args[0] === "plan" ? CARD : { ...CARD, kind: "customer", columns: [], rows: [] };
    });
    mockService("action", {
        doAction: async ({ res_model, res_id }) => expect.step([res_model, res_id]),
    });
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(RateCard, { env, props: { action: { params } } });
}

test("each band has its price, exceptions stand below", async () => {
    await openCard();
    expect.verifySteps([["plan", false, false]]);
    expect(queryAllTexts("thead tr:nth-child(2) th")).toEqual(["Office hours", "Evenings"]);
    expect(queryAllTexts("tbody button")).toEqual(["—", "Included", "135.00"]);
    expect("tbody .o_psa_rate_covered").toHaveAttribute("title", "Because: Included");
});

test("a price opens its rule, a column its plan", async () => {
    await openCard({ kind: "plan", ids: [3] });
    await contains("tbody .o_psa_rate_billed").click();
    await contains("thead button").click();
    expect.verifySteps([
        ["plan", [3], false],
        ["psa.billing.rule", 7],
        ["psa.billing.plan", 3],
    ]);
});

test("customers without plans are told how to get one", async () => {
    await openCard();
    await contains("button:contains(Customers)").click();
    expect("h2").toHaveText("No customer has prices of his own yet");
    expect.verifySteps([
        ["plan", false, false],
        ["customer", false, "2026-06-01"],
    ]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

import { PsaHome } from "@helpdesk_psa/home/home";

defineMailModels();
preloadBundle("web.chartjs_lib");

const OPEN = [["stage_category", "in", ["new", "open", "waiting"]]];
const UNREAD = [...OPEN, ["read_at", "=", false]];

function getHome(changes = {}) {
    const counter = (count) => ({ count, domain: OPEN });
    return {
        queues: [{ key: "unread", label: "Unread", count: 2, domain: UNREAD }],
        teams: [
            {
                id: 7,
                name: "Network",
                open: counter(5),
                unassigned: counter(0),
                unread: { count: 2, domain: UNREAD },
            },
        ],
        stages: [{ id: 1, name: "New", category: "new", count: 5, domain: OPEN }],
        chart_days: 30,
        recent: [
            {
                id: 42,
                number: "T-00042",
                name: "Printer",
                author: "Casey",
                stage: "New",
                at: "2026-01-05 08:00:00",
                summary: "Casey wrote",
            },
        ],
        can_create: true,
        ...changes,
    };
}

/** Show the page; what it opens is noted as steps instead of opened. */
async function openHome(changes) {
    onRpc("psa.ticket", "get_home_data", () => getHome(changes));
    mockService("action", {
        loadAction: async () => ({
            id: 1,
            path: "helpdesk-tickets",
            type: "ir.actions.act_window",
            res_model: "psa.ticket",
            search_view_id: [9, "search"],
            views: [
                [false, "kanban"],
                [8, "list"],
            ],
            context: { search_default_open: 1 },
        }),
        doAction: async (action) => expect.step(action),
    });
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(PsaHome, { env, props: { action: {} } });
}

function getListAction(name, domain) {
    return {
        type: "ir.actions.act_window",
        name,
        res_model: "psa.ticket",
        search_view_id: [9, "search"],
        views: [
            [8, "list"],
            [false, "kanban"],
        ],
        domain,
    };
}

test("a counter opens exactly the list that it counts", async () => {
    await openHome();
    expect(".o_psa_home_queue .o_psa_home_count").toHaveText("2");
    await contains(".o_psa_home_queue[data-queue=unread]").click();
    expect.verifySteps([getListAction("Unread", UNREAD)]);
});

test("a number of a team opens the tickets of that team", async () => {
    await openHome();
    expect(queryAllTexts(".o_psa_home_team td")).toEqual(["Network", "5", "0", "2"]);
    await contains(".o_psa_home_team [data-kind=unread]").click();
    expect.verifySteps([getListAction("Network", UNREAD)]);
});

test("a slice of the pie opens its tickets", async () => {
    await openHome();
    await contains(".o_psa_status_pie_slice").click();
    expect.verifySteps([getListAction("New", OPEN)]);
});

test("the latest tickets open in their form", async () => {
    await openHome();
    await contains(".o_psa_home_ticket").click();
    expect.verifySteps([
        {
            type: "ir.actions.act_window",
            res_model: "psa.ticket",
            res_id: 42,
            views: [[false, "form"]],
        },
    ]);
});

test("without any ticket the page says how to get the first one", async () => {
    await openHome({
        queues: [{ key: "unread", label: "Unread", count: 0, domain: UNREAD }],
        stages: [],
        recent: [],
    });
    expect(".o_psa_home_empty").toHaveCount(1);
    expect(".o_psa_home_queue").toHaveCount(0);
    expect(".o_psa_home_new").toHaveCount(1);
});

test("who may not open tickets is not offered to", async () => {
    await openHome({ can_create: false });
    expect(".o_psa_home_new").toHaveCount(0);
});

test("the numbers are fetched again when the user comes back to the page", async () => {
    await openHome();
    onRpc("psa.ticket", "get_home_data", () => {
        expect.step("get_home_data");
        return getHome();
    });
    document.dispatchEvent(new Event("visibilitychange"));
    await animationFrame();
    expect.verifySteps(["get_home_data"]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { contains, makeMockEnv, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";

import { PsaWallboard } from "@helpdesk_psa/wallboard/wallboard";

defineMailModels();

const NOW = "2026-01-05 12:00:00";

function getBoard(changes = {}) {
    const ticket = {
        id: 1,
        number: "T-1",
        name: "Server is down",
        priority: "3",
        customer: "ACME",
        agent_id: false,
        agent: "",
        team: "Support",
        due_at: "2026-01-05 12:30:00",
        warning_at: "2026-01-05 12:10:00",
        phase: "running",
    };
    return {
        now: NOW,
        teams: [{ id: 7, name: "Support" }],
        team_id: false,
        tiles: [{ key: "breached", label: "Overdue", count: 2, domain: [] }],
        tickets: [
            ticket,
            { ...ticket, id: 2, name: "Late", due_at: "2026-01-05 11:00:00" },
            { ...ticket, id: 3, name: "Waiting", phase: "paused" },
        ],
        ...changes,
    };
}

async function openBoard() {
    mockDate("2026-01-05 12:00:00", 0);
    await makeMockEnv();
    await mountWithCleanup(PsaWallboard, {
        props: { action: {}, actionId: 1, updateActionState: () => {}, className: "" },
    });
}

test("time runs down by itself, and colours follow", async () => {
    let now = NOW;
    onRpc("psa.ticket", "get_wallboard_data", () => getBoard({ now }));
    await openBoard();
    expect(queryAllTexts(".o_psa_wallboard_due")).toEqual(["30 min", "1 h 00 late", "30 min"]);
    expect(".o_psa_wallboard_due:eq(0)").toHaveClass("text-bg-success");
    expect(".o_psa_wallboard_due:eq(1)").toHaveClass("text-bg-danger");
    expect(".o_psa_wallboard_due:eq(2)").toHaveClass("text-bg-secondary");
    now = "2026-01-05 12:15:00";
    await advanceTime(15 * 60_000);
    await animationFrame();
    expect(".o_psa_wallboard_due:eq(0)").toHaveText("15 min");
    expect(".o_psa_wallboard_due:eq(0)").toHaveClass("text-bg-warning");
});

test("the board fetches itself anew, and says when it cannot", async () => {
    let fails = false;
    onRpc("psa.ticket", "get_wallboard_data", () => {
        expect.step("fetched");
        if (fails) {
            throw new Error("no connection");
        }
        return getBoard();
    });
    await openBoard();
    expect.verifySteps(["fetched"]);
    fails = true;
    await advanceTime(30_000);
    await animationFrame();
    expect.verifySteps(["fetched"]);
    expect(".o_psa_wallboard_stale").toHaveCount(1);
    expect(".o_psa_wallboard_ticket").toHaveCount(3);
});

test("the chosen team is asked for", async () => {
    onRpc("psa.ticket", "get_wallboard_data", ({ kwargs }) => {
        expect.step(String(kwargs.team_id));
        return getBoard({ team_id: kwargs.team_id, tickets: [] });
    });
    await openBoard();
    await contains(".o_psa_wallboard_team").select("7");
    await animationFrame();
    expect.verifySteps(["false", "7"]);
    expect(".o_psa_wallboard_title").toHaveText("Support");
    expect(".o_psa_wallboard_empty").toHaveCount(1);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    MockServer,
    mockService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { session } from "@web/session";

import { formatClock, TimerSystray } from "@helpdesk_psa/timer/timer_systray";

defineMailModels();

const TIMER = {
    id: 5,
    res_model: "psa.ticket",
    res_id: 42,
    name: "T-00042 Printer down",
    elapsed_seconds: 3599,
};

test("seconds are written as a clock", () => {
    expect([0, 59, 60, 3599, 3600, 90061].map(formatClock)).toEqual([
        "0:00:00",
        "0:00:59",
        "0:01:00",
        "0:59:59",
        "1:00:00",
        "25:01:01",
    ]);
});

test("the timer shows what runs and goes on by the second", async () => {
    patchWithCleanup(session, { psa_timer: TIMER });
    await mountWithCleanup(TimerSystray);
    expect(queryAllTexts(".o_psa_timer_clock")).toEqual(["0:59:59"]);
    await advanceTime(2000);
    await animationFrame();
    expect(queryAllTexts(".o_psa_timer_clock")).toEqual(["1:00:01"]);
});

test("without a timer the menu says where to start one", async () => {
    patchWithCleanup(session, { psa_timer: false });
    await mountWithCleanup(TimerSystray);
    expect(".o_psa_timer_stop").toHaveCount(0);
    await contains(".o_psa_timer_toggle").click();
    expect(".o_psa_timer_menu").toHaveText(/No timer is running/);
});

test("stop opens the dialog of the server", async () => {
    patchWithCleanup(session, { psa_timer: TIMER });
    const dialog = { type: "ir.actions.act_window", res_model: "psa.time.log" };
    onRpc("psa.timer", "action_stop", () => dialog);
    mockService("action", {
        doAction: (action) => expect.step(action.res_model),
    });
    await mountWithCleanup(TimerSystray);
    await contains(".o_psa_timer_stop").click();
    expect.verifySteps(["psa.time.log"]);
});

test("a timer started in another window shows here when the bus tells of it", async () => {
    patchWithCleanup(session, { psa_timer: false });
    onRpc("psa.timer", "get_current", () => TIMER);
    await mountWithCleanup(TimerSystray);
    expect(".o_psa_timer_clock").toHaveCount(0);
    await getService("bus_service").start();
    MockServer.env["bus.bus"]._sendone("broadcast", "psa.timer/changed", {});
    await waitFor(".o_psa_timer_clock");
    expect(".o_psa_timer_clock").toHaveText(/^0:59:5\d$/);
});

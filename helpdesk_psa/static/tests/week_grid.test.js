import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, makeMockEnv, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

import { WeekGrid } from "@helpdesk_psa/week_grid/week_grid";

defineMailModels();

const KEY = "psa.ticket,42,1";

function getWeek(cells = {}) {
    const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const total = Object.values(cells).reduce((sum, cell) => sum + cell.minutes, 0);
    return {
        employee: { id: 3, name: "Ada Agent" },
        employees: [],
        title: "3/2 to 3/8",
        start: "2026-03-02",
        previous: "2026-02-23",
        next: "2026-03-09",
        days: names.map((name, index) => ({
            date: `2026-03-0${index + 2}`,
            name,
            number: index + 2,
            is_today: false,
            expected: index < 5 ? 480 : 0,
        })),
        rows: [
            {
                key: KEY,
                model: "psa.ticket",
                res_id: 42,
                name: "T-00042 Printer down",
                detail: "ACME",
                service_type_id: 1,
                service_type: "Remote",
                icon: "fa-headphones",
                cells,
                total,
            },
        ],
        service_types: [{ id: 1, name: "Remote" }],
    };
}

async function mountWeek(week) {
    onRpc("psa.time.week", "get_week", () => week);
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(WeekGrid, { env, props: { action: {}, actionId: 1 } });
}

test("a typed duration goes to the server, and the totals follow", async () => {
    await mountWeek(getWeek());
    onRpc("psa.time.week", "set_cell", ({ args }) => {
        expect.step(args.slice(0, 2).join(" on "));
        return getWeek({
            "2026-03-03": { minutes: 90, text: "1:30", entry_ids: [7], locked: false },
        });
    });
    await contains("[data-date='2026-03-03'] input").edit("90m");
    await animationFrame();
    expect.verifySteps(["90m on 2026-03-03"]);
    expect(queryOne("[data-date='2026-03-03'] input").value).toBe("1:30");
    expect(queryAllTexts(".o_psa_week_total")).toEqual(["1:30"]);
});

test("a locked cell is a button that says who locked it", async () => {
    const locked = "Approved by Lea on Monday";
    await mountWeek(
        getWeek({ "2026-03-02": { minutes: 60, text: "1:00", entry_ids: [7], locked } })
    );
    expect("[data-date='2026-03-02'] input").toHaveCount(0);
    expect(".o_psa_week_locked").toHaveAttribute("title", locked);
});

test("several entries of a cell are opened, not typed", async () => {
    await mountWeek(
        getWeek({
            "2026-03-02": { minutes: 60, text: "1:00", entry_ids: [7, 8], locked: false },
        })
    );
    expect("[data-date='2026-03-02'] input").toHaveCount(0);
    expect(queryAllTexts("[data-date='2026-03-02'] button")).toEqual(["1:00"]);
});

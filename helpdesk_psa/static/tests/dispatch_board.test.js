import { defineMailModels, patchUiSize } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

import { DispatchBoard } from "@helpdesk_psa/dispatch/dispatch_board";

defineMailModels();

function getBlock(changes = {}) {
    return {
        model: "psa.intervention",
        id: 7,
        name: "Mend the rack",
        number: "I-007",
        customer_id: 3,
        customer: "ACME",
        place: "Main site",
        city: "Lyon",
        user_ids: [1],
        start: "2026-03-02 09:00:00",
        end: "2026-03-02 11:00:00",
        due: false,
        minutes: 120,
        priority: "1",
        color: 0,
        tone: "planned",
        state: "Planned",
        type: "Repair",
        locked: "",
        travel: 0,
        skill_ids: [],
        lacking: [],
        ...changes,
    };
}

function getBoard(changes = {}) {
    const row = (id, name, skill_ids) => ({
        id,
        name,
        skill_ids,
        team_ids: [5],
        team_id: 5,
        team: "Support",
        team_rank: 0,
        working: [["2026-03-02 08:00:00", "2026-03-02 16:00:00"]],
        leaves: [],
        minutes: 480,
    });
    return {
        rows: [row(1, "Ada", []), row(2, "Leo", [11])],
        blocks: [getBlock()],
        unplanned: { blocks: [], more: 0 },
        kinds: [{ model: "psa.intervention", count: 0 }],
        teams: [{ id: 5, name: "Support" }],
        skills: [{ id: 11, name: "Networks" }],
        can_plan: "all",
        uid: 1,
        ...changes,
    };
}

const DONE = { is_stale: false, warnings: [] };

/** Show the board, on a Monday by default; what it asks the server to plan is noted as steps. */
async function openBoard(changes, answer = DONE, now = "2026-03-02 10:00:00") {
    mockDate(now, 0);
    localStorage.removeItem("psa_dispatch");
    onRpc("psa.dispatch", "get_board", () => getBoard(changes));
    onRpc("psa.dispatch", "plan", ({ args }) => {
        expect.step(args);
        return answer;
    });
    mockService("notification", { add: (message) => expect.step(message) });
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(DispatchBoard, { env, props: { action: {} } });
}

/** The day that the board begins with. */
const getStart = () => queryOne(".o_psa_dispatch_date").value;

const SEEN = { start: "2026-03-02 09:00:00", end: "2026-03-02 11:00:00", user_ids: [1] };

test.tags("desktop");
test("a block stands in the row and on the day of its visit", async () => {
    await openBoard();
    expect(".o_psa_dispatch_cell[data-user='1'][data-day='0'] .o_psa_dispatch_block").toHaveCount(
        1
    );
    expect(".o_psa_dispatch_block").toHaveCount(1);
    expect(queryAllTexts(".o_psa_dispatch_person .fw-bold")).toEqual(["Ada", "Leo"]);
});

test.tags("desktop");
test("opened on a weekend the board shows the coming week, and the day itself on demand", async () => {
    await openBoard({}, DONE, "2026-03-07 10:00:00");
    expect(getStart()).toBe("2026-03-09");
    await contains(".o_psa_dispatch_previous").click();
    expect(getStart()).toBe("2026-03-02");
    await contains("[data-scale=fortnight]").click();
    await contains("[data-scale=day]").click();
    expect(getStart()).toBe("2026-03-07");
    await contains("[data-scale=week]").click();
    expect(getStart()).toBe("2026-03-09");
});

test.tags("desktop");
test("a block dragged to another row and day keeps its time of day", async () => {
    await openBoard();
    await contains(".o_psa_dispatch_block").dragAndDrop(
        ".o_psa_dispatch_cell[data-user='2'][data-day='2']"
    );
    expect.verifySteps([
        [
            "psa.intervention",
            7,
            {
                start: "2026-03-04 09:00:00",
                end: "2026-03-04 11:00:00",
                from_user_id: 1,
                to_user_id: 2,
            },
            SEEN,
        ],
    ]);
});

test.tags("desktop");
test("what waits is planned by dragging it, after what is planned already", async () => {
    const waiting = getBlock({ id: 8, user_ids: [], start: false, end: false, minutes: 60 });
    await openBoard({ unplanned: { blocks: [waiting], more: 0 } });
    await contains(".o_psa_dispatch_waiting .o_psa_dispatch_block").dragAndDrop(
        ".o_psa_dispatch_cell[data-user='1'][data-day='0']"
    );
    expect.verifySteps([
        [
            "psa.intervention",
            8,
            {
                start: "2026-03-02 08:00:00",
                end: "2026-03-02 09:00:00",
                from_user_id: false,
                to_user_id: 1,
            },
            { start: false, end: false, user_ids: [] },
        ],
    ]);
});

test.tags("desktop");
test("a block that moved meanwhile is told, and the board is loaded again", async () => {
    await openBoard({}, { is_stale: true, message: "It was moved." });
    onRpc("psa.dispatch", "get_board", () => {
        expect.step("get_board");
        return getBoard();
    });
    await contains(".o_psa_dispatch_block").dragAndDrop(
        ".o_psa_dispatch_cell[data-user='2'][data-day='0']"
    );
    await animationFrame();
    expect.verifySteps([
        [
            "psa.intervention",
            7,
            { start: SEEN.start, end: SEEN.end, from_user_id: 1, to_user_id: 2 },
            SEEN,
        ],
        "get_board",
        "It was moved.",
    ]);
});

test.tags("desktop");
test("without a mouse the dialog plans", async () => {
    await openBoard();
    await contains(".o_psa_dispatch_block").press("Enter");
    await contains(".modal select[name=technician]").select("2");
    await contains(".modal input[name=time]").edit("14:30", { confirm: false });
    await contains(".modal input[name=hours]").edit("1", { confirm: false });
    await contains(".modal .o_psa_dispatch_plan").click();
    expect.verifySteps([
        [
            "psa.intervention",
            7,
            {
                start: "2026-03-02 14:30:00",
                end: "2026-03-02 15:30:00",
                from_user_id: 1,
                to_user_id: 2,
            },
            SEEN,
        ],
    ]);
});

test.tags("desktop");
test("two blocks at the same time are marked", async () => {
    await openBoard({ blocks: [getBlock(), getBlock({ id: 9, start: "2026-03-02 10:00:00" })] });
    expect(".o_psa_dispatch_conflict").toHaveCount(2);
});

test.tags("desktop");
test("what is done cannot be dragged, nor what a colleague has by an agent", async () => {
    const done = getBlock({ locked: "It is done.", tone: "done" });
    const theirs = getBlock({ id: 9, user_ids: [2] });
    await openBoard({ blocks: [done, theirs], can_plan: "own" });
    expect(".o_psa_dispatch_block").toHaveCount(2);
    expect(".o_psa_dispatch_draggable").toHaveCount(0);
});

test.tags("desktop");
test("a day's hours show gaps, and the line of now", async () => {
    await openBoard();
    await contains("[data-scale=day]").click();
    expect(".o_psa_dispatch_now").toHaveCount(2);
    expect(queryAllTexts(".o_psa_dispatch_hour")[0]).toBe("8:00");
    expect(".o_psa_dispatch_lane .o_psa_dispatch_handle").toHaveCount(1);
});

test.tags("desktop");
test("a customer's filter hides what is somebody else's", async () => {
    const other = getBlock({ id: 9, customer_id: 4, customer: "Globex" });
    await openBoard({ blocks: [getBlock(), other] });
    await contains("select[name=customer]").select("4");
    expect(".o_psa_dispatch_block").toHaveCount(1);
});

test.tags("desktop");
test("only those who have a skill are shown", async () => {
    await openBoard();
    await contains("select[name=skill]").select("11");
    expect(queryAllTexts(".o_psa_dispatch_person .fw-bold")).toEqual(["Leo"]);
    await contains("select[name=skill]").select("");
    expect(queryAllTexts(".o_psa_dispatch_person .fw-bold")).toEqual(["Ada", "Leo"]);
});

test.tags("desktop");
test("without a skill in use there is no filter", async () => {
    await openBoard({ skills: [] });
    expect("select[name=team]").toHaveCount(1);
    expect("select[name=skill]").toHaveCount(0);
});

test.tags("desktop");
test("a visit of somebody without a skill it asks for is marked and says which", async () => {
    await openBoard({ blocks: [getBlock({ skill_ids: [11], lacking: ["Networks"] })] });
    expect(".o_psa_dispatch_conflict .fa-graduation-cap").toHaveCount(1);
    await contains(".o_psa_dispatch_block").click();
    expect(".modal .alert").toHaveText("Nobody planned has the skills: Networks");
    expect(".modal .o_psa_dispatch_skills").toHaveText("Networks");
});

test.tags("desktop");
test("the dialog offers those with the skills first", async () => {
    const waiting = getBlock({ id: 8, user_ids: [], start: false, end: false, skill_ids: [11] });
    await openBoard({ unplanned: { blocks: [waiting], more: 0 } });
    await contains(".o_psa_dispatch_waiting .o_psa_dispatch_block").click();
    expect(queryAllTexts(".modal select[name=technician] option")).toEqual([
        "Leo – Support",
        "Ada – Support",
    ]);
    expect(".modal select[name=technician]").toHaveValue("2");
    expect(".modal optgroup:first-child").toHaveAttribute("label", "With the skills asked for");
});

test.tags("desktop");
test("travel is drawn before the visit, and conflicts with what it overlaps", async () => {
    const next = getBlock({
        id: 9,
        start: "2026-03-02 11:30:00",
        end: "2026-03-02 12:00:00",
        travel: 30,
    });
    await openBoard({ blocks: [getBlock(), next] });
    expect(".o_psa_dispatch_way").toHaveText("30 min of travel");
    expect(".o_psa_dispatch_conflict").toHaveCount(0);
    onRpc("psa.dispatch", "get_board", () =>
        getBoard({ blocks: [getBlock(), { ...next, travel: 45 }] })
    );
    await contains("[data-scale=day]").click();
    expect(".o_psa_dispatch_travel").toHaveCount(1);
    expect(".o_psa_dispatch_conflict").toHaveCount(2);
});

test.tags("desktop");
test("what waits is planned with time for the way to it", async () => {
    const waiting = getBlock({
        id: 8,
        user_ids: [],
        start: false,
        end: false,
        minutes: 60,
        travel: 45,
    });
    await openBoard({ unplanned: { blocks: [waiting], more: 0 } });
    await contains(".o_psa_dispatch_waiting .o_psa_dispatch_block").dragAndDrop(
        ".o_psa_dispatch_cell[data-user='1'][data-day='0']"
    );
    expect.verifySteps([
        [
            "psa.intervention",
            8,
            {
                start: "2026-03-02 11:45:00",
                end: "2026-03-02 12:45:00",
                from_user_id: false,
                to_user_id: 1,
            },
            { start: false, end: false, user_ids: [] },
        ],
    ]);
});

test.tags("desktop");
test("the dialog changes the travel of a visit", async () => {
    await openBoard({ blocks: [getBlock({ travel: 15 })] });
    await contains(".o_psa_dispatch_block").click();
    await contains(".modal input[name=travel]").edit("40", { confirm: false });
    await contains(".modal .o_psa_dispatch_plan").click();
    expect.verifySteps([
        [
            "psa.intervention",
            7,
            {
                start: SEEN.start,
                end: SEEN.end,
                from_user_id: 1,
                to_user_id: 1,
                travel: 40,
            },
            SEEN,
        ],
    ]);
});

function getItinerary() {
    const stop = {
        id: 7,
        number: "I-007",
        name: "Mend the rack",
        customer: "ACME",
        address: "1 Kay St, Lyon",
        start: "2026-03-02 09:00:00",
        end: "2026-03-02 11:00:00",
        leave_at: "2026-03-02 08:25:00",
        travel: 35,
        is_over: false,
    };
    const next = { ...stop, id: 8, customer: "Globex", travel: 0 };
    return { stops: [stop, next], travel: 35, url: "https://maps.example.com/lyon" };
}

test.tags("desktop");
test("a day's itinerary lists the visits and opens one way through them", async () => {
    await openBoard();
    onRpc("psa.dispatch", "get_itinerary", ({ args }) => {
        expect.step(args);
        return getItinerary();
    });
    expect(".o_psa_dispatch_route").toHaveCount(0);
    await contains("[data-scale=day]").click();
    expect(".o_psa_dispatch_route").toHaveCount(1);
    await contains(".o_psa_dispatch_route").click();
    expect.verifySteps([[1, "2026-03-02 00:00:00", "2026-03-03 00:00:00"]]);
    expect(queryAllTexts(".o_psa_itinerary li .fw-bold")).toEqual(["ACME", "Globex"]);
    expect(".o_psa_itinerary .o_psa_dispatch_way").toHaveText("Leave at 08:25, 35 min of travel");
    expect(".o_psa_itinerary_map").toHaveAttribute("href", "https://maps.example.com/lyon");
});

test.tags("desktop");
test("on a phone the list of the day shows the travel and the way through it", async () => {
    await patchUiSize({ width: 390 });
    await openBoard({ blocks: [getBlock({ travel: 35 })] });
    onRpc("psa.dispatch", "get_itinerary", getItinerary);
    expect(".o_psa_dispatch_phone .o_psa_dispatch_way").toHaveText("35 min of travel");
    await contains(".o_psa_dispatch_route").click();
    expect(".o_psa_itinerary li").toHaveCount(2);
});

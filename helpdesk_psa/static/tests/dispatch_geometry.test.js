import { describe, expect, test } from "@odoo/hoot";

import {
    countMinutes,
    findConflicts,
    getDays,
    getFraction,
    getGaps,
    getHourWindow,
    getMoment,
    getPlanningWeek,
    getResizedEnd,
    moveToDay,
    moveToMoment,
    stackLanes,
    withTravel,
} from "@helpdesk_psa/dispatch/geometry";

const { DateTime } = luxon;

describe.current.tags("headless");

const at = (text) => DateTime.fromISO(text, { zone: "Europe/Paris" });
const block = (key, start, end) => ({
    key,
    start: at(`2026-03-02T${start}`),
    end: at(`2026-03-02T${end}`),
});
const MONDAY = at("2026-03-02T00:00");
const DAY = [8, 18];

test("days follow each other over a clock change", () => {
    const days = getDays(at("2026-03-28T15:00"), 3);
    expect(days.map((day) => day.toISODate())).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"]);
    expect(days.map((day) => day.hour)).toEqual([0, 0, 0]);
});

test("on a weekend one plans the coming week", () => {
    const getMonday = (day) => getPlanningWeek(at(`2026-03-${day}T15:00`)).toISODate();
    expect(["02", "06", "07", "08", "09"].map(getMonday)).toEqual([
        "2026-03-02",
        "2026-03-02",
        "2026-03-09",
        "2026-03-09",
        "2026-03-09",
    ]);
});

test("positions follow the clock on the wall, on the day of a clock change too", () => {
    expect(getFraction(MONDAY, at("2026-03-02T13:00"), DAY)).toBe(0.5);
    expect(getFraction(at("2026-03-29T00:00"), at("2026-03-29T13:00"), DAY)).toBe(0.5);
});

test("what is outside of the hours shown is at their edge", () => {
    expect(getFraction(MONDAY, at("2026-03-02T06:00"), DAY)).toBe(0);
    expect(getFraction(MONDAY, at("2026-03-03T06:00"), DAY)).toBe(1);
});

test("a position gives a moment, to the quarter of an hour", () => {
    expect(getMoment(MONDAY, 0.5, DAY).toFormat("HH:mm")).toBe("13:00");
    expect(getMoment(MONDAY, 0.512, DAY).toFormat("HH:mm")).toBe("13:00");
    expect(getMoment(MONDAY, 0.52, DAY).toFormat("HH:mm")).toBe("13:15");
});

test("each position gives the moment that it came from", () => {
    for (let minutes = 8 * 60; minutes < 18 * 60; minutes += 15) {
        const moment = MONDAY.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
        const back = getMoment(MONDAY, getFraction(MONDAY, moment, DAY), DAY);
        expect(+back).toBe(+moment);
    }
});

test("the hours shown hold all work and all blocks", () => {
    expect(getHourWindow([block("a", "09:30", "12:00")], [MONDAY])).toEqual([9, 12]);
    expect(
        getHourWindow([block("a", "06:45", "07:00"), block("b", "17:00", "21:10")], [MONDAY])
    ).toEqual([6, 22]);
    expect(getHourWindow([], [MONDAY])).toEqual([8, 18]);
});

test("a block over midnight takes the end of one day and the start of the next", () => {
    const night = { start: at("2026-03-02T22:00"), end: at("2026-03-03T02:00") };
    expect(countMinutes([night], MONDAY)).toBe(120);
    expect(countMinutes([night], at("2026-03-03T00:00"))).toBe(120);
    expect(countMinutes([night], at("2026-03-04T00:00"))).toBe(0);
});

test("a block keeps its time of day and its length on another day", () => {
    const moved = moveToDay(block("a", "09:15", "11:45"), at("2026-03-29T00:00"));
    expect(moved.start.toISO({ includeOffset: false })).toBe("2026-03-29T09:15:00.000");
    expect(moved.end.toISO({ includeOffset: false })).toBe("2026-03-29T11:45:00.000");
});

test("a block over midnight keeps its shape on another day", () => {
    const night = { start: at("2026-03-02T22:00"), end: at("2026-03-03T02:00") };
    const moved = moveToDay(night, at("2026-03-10T00:00"));
    expect(moved.start.toFormat("dd HH:mm")).toBe("10 22:00");
    expect(moved.end.toFormat("dd HH:mm")).toBe("11 02:00");
});

test("a block moved to another moment stays as long", () => {
    const moved = moveToMoment(block("a", "09:00", "10:30"), at("2026-03-05T14:15"));
    expect(moved.end.toFormat("dd HH:mm")).toBe("05 15:45");
});

test("a block is never shorter than a quarter of an hour", () => {
    const one = block("a", "09:00", "10:00");
    expect(getResizedEnd(one, at("2026-03-02T08:00")).toFormat("HH:mm")).toBe("09:15");
    expect(getResizedEnd(one, at("2026-03-02T12:00")).toFormat("HH:mm")).toBe("12:00");
});

test("blocks that overlap get lanes of their own, those that touch share one", () => {
    const { lanes, count } = stackLanes([
        block("a", "09:00", "11:00"),
        block("b", "10:00", "12:00"),
        block("c", "11:00", "13:00"),
    ]);
    expect(Object.fromEntries(lanes)).toEqual({ a: 0, b: 1, c: 0 });
    expect(count).toBe(2);
});

test("no two blocks of a lane overlap, whatever the blocks", () => {
    let seed = 19;
    const random = (limit) => {
        seed = (seed * 16807) % 2147483647;
        return seed % limit;
    };
    for (let round = 0; round < 50; round++) {
        const blocks = Array.from({ length: 20 }, (_, key) => {
            const start = MONDAY.plus({ minutes: random(1200) });
            return { key, start, end: start.plus({ minutes: 15 + random(200) }) };
        });
        const { lanes } = stackLanes(blocks);
        for (const one of blocks) {
            for (const other of blocks) {
                if (one.key < other.key && lanes.get(one.key) === lanes.get(other.key)) {
                    expect(one.end <= other.start || other.end <= one.start).toBe(true);
                }
            }
        }
    }
});

test("blocks that overlap are conflicts, those that touch are none", () => {
    const conflicts = findConflicts([
        block("a", "09:00", "11:00"),
        block("b", "11:00", "12:00"),
        block("c", "11:30", "13:00"),
        block("long", "14:00", "18:00"),
        block("short", "15:00", "15:15"),
        block("late", "17:00", "18:00"),
    ]);
    expect([...conflicts].sort()).toEqual(["b", "c", "late", "long", "short"]);
});

test("the way to a visit takes its time as well", () => {
    const first = block("a", "09:00", "11:00");
    const next = { ...block("b", "11:30", "12:00"), leaveAt: at("2026-03-02T11:00") };
    expect([...findConflicts([first, next].map(withTravel))]).toEqual([]);
    const late = { ...next, leaveAt: at("2026-03-02T10:59") };
    expect([...findConflicts([first, late].map(withTravel))].sort()).toEqual(["a", "b"]);
    expect(countMinutes([next].map(withTravel), MONDAY)).toBe(60);
    expect(stackLanes([first, late].map(withTravel)).count).toBe(2);
});

test("gaps are what is left of a day's hours", () => {
    const shifts = [block("a", "09:00", "12:00"), block("b", "13:00", "17:00")];
    expect(getGaps(shifts, MONDAY, DAY)).toEqual([
        [0, 0.1],
        [0.4, 0.5],
        [0.9, 1],
    ]);
    expect(getGaps([], MONDAY, DAY)).toEqual([[0, 1]]);
    expect(getGaps([block("a", "08:00", "18:00")], MONDAY, DAY)).toEqual([]);
});

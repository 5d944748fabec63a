import { after, beforeEach, describe, expect, test } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import { allowTranslations } from "@web/../tests/web_test_helpers";

import {
    countOpen,
    followServer,
    formatHours,
    formatSpan,
    getServerTime,
    getSlaState,
} from "@helpdesk_psa/sla/sla_time";

describe.current.tags("headless");
beforeEach(allowTranslations);

const HOUR = 3600;

test("a span is written as one reads it at a glance", () => {
    expect(String(formatSpan(4 * 24 * HOUR + 3 * HOUR))).toBe("4 d 3 h");
    expect(String(formatSpan(2 * HOUR + 5 * 60))).toBe("2 h 05");
    expect(String(formatSpan(12 * 60 + 30))).toBe("12 min");
});

test("the last ten minutes show their seconds", () => {
    expect(formatSpan(9 * 60 + 41)).toBe("9:41");
    expect(formatSpan(5)).toBe("0:05");
});

test("less than nothing is nothing", () => {
    expect(formatSpan(-5)).toBe("0:00");
});

test("hours are written in full", () => {
    expect(formatHours(27 * HOUR + 5 * 60)).toBe("27:05");
    expect(formatHours(-HOUR / 2)).toBe("-0:30");
    expect(formatHours(-10)).toBe("0:00");
});

test("only service hours count", () => {
    const open = [
        [9000, 12000],
        [13000, 18000],
    ];
    expect(countOpen(open, 8000, 20000)).toBe(8);
    expect(countOpen(open, 10000, 14000)).toBe(3);
    expect(countOpen(open, 12000, 13000)).toBe(0);
});

test("a running clock is at risk from its warning on, and late from its due time on", () => {
    const facts = { phase: "running", warningAt: 100, dueAt: 200 };
    expect(getSlaState(facts, 99)).toBe("running");
    expect(getSlaState(facts, 100)).toBe("warning");
    expect(getSlaState(facts, 200)).toBe("breached");
});

test("a clock on hold without a due time is on hold for ever", () => {
    const facts = { phase: "paused", warningAt: null, dueAt: null };
    expect(getSlaState(facts, 10 ** 15)).toBe("paused");
});

test("what is over does not become late", () => {
    expect(getSlaState({ phase: "met", warningAt: null, dueAt: 1 }, 2)).toBe("met");
    expect(getSlaState({ phase: false, warningAt: null, dueAt: null }, 2)).toBe(false);
});

test("a computer whose clock is wrong counts by the server's", () => {
    mockDate("2026-01-05 08:00:00", 0);
    after(() => followServer("2026-01-05 08:00:00"));
    followServer("2026-01-05 11:30:00");
    expect(getServerTime()).toBeCloseTo(Date.UTC(2026, 0, 5, 11, 30), { margin: 1000 });
    const facts = {
        phase: "running",
        warningAt: Date.UTC(2026, 0, 5, 11),
        dueAt: Date.UTC(2026, 0, 5, 12),
    };
    expect(getSlaState(facts, Date.now())).toBe("running");
    expect(getSlaState(facts, getServerTime())).toBe("warning");
});

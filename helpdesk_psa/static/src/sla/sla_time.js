import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { session } from "@web/session";

import { onMounted, onWillUnmount, useState } from "@odoo/owl";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Write a duration as short as one reads it at a glance: "3 d 4 h", "2 h 05", "12 min",
 * and below ten minutes with the seconds, "9:41".
 *
 * @param {number} seconds
 * @returns {string}
 */
export function formatSpan(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [days, hours] = [Math.floor(whole / DAY), Math.floor((whole % DAY) / HOUR)];
    const minutes = Math.floor((whole % HOUR) / MINUTE);
    if (days) {
        return _t("%(days)s d %(hours)s h", { days, hours });
    }
    if (hours) {
        return _t("%(hours)s h %(minutes)s", {
            hours,
            minutes: String(minutes).padStart(2, "0"),
        });
    }
    if (whole >= 10 * MINUTE) {
        return _t("%s min", minutes);
    }
    return `${minutes}:${String(whole % MINUTE).padStart(2, "0")}`;
}

/**
 * Write a duration in hours and minutes, however long: "27:05".
 *
 * @param {number} seconds
 * @returns {string}
 */
export function formatHours(seconds) {
    const minutes = Math.round(Math.abs(seconds) / MINUTE);
    const sign = seconds < 0 && minutes ? "-" : "";
    return `${sign}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/**
 * Return the seconds of service hours between two moments.
 *
 * @param {[number, number][]} open intervals in order, as milliseconds
 * @param {number} start milliseconds
 * @param {number} stop milliseconds
 * @returns {number}
 */
export function countOpen(open, start, stop) {
    let total = 0;
    for (const [from, to] of open) {
        total += Math.max(0, Math.min(to, stop) - Math.max(from, start));
    }
    return total / 1000;
}

/**
 * Return what the customer's promises to a record come to at a moment: the rule of the
 * server's `sla_state`, for a screen that stays open.
 *
 * @param {{phase: string, dueAt: number|null, warningAt: number|null}} facts moments in ms
 * @param {number} now milliseconds
 * @returns {string|false}
 */
export function getSlaState({ phase, dueAt, warningAt }, now) {
    if (!["running", "paused"].includes(phase)) {
        return phase || false;
    }
    if (dueAt && dueAt <= now) {
        return "breached";
    }
    if (warningAt && warningAt <= now) {
        return "warning";
    }
    return phase;
}

// One timer for all the clocks of the page, and none without a clock.
const watchers = new Set();
let timer = null;

function watch(callback) {
    watchers.add(callback);
    timer ??= browser.setInterval(() => watchers.forEach((watcher) => watcher()), 1000);
}

function unwatch(callback) {
    watchers.delete(callback);
    if (!watchers.size) {
        browser.clearInterval(timer);
        timer = null;
    }
}

// Milliseconds by which the server's clock is ahead of this computer's; null while unknown.
let offset = null;

/**
 * Learn what time it is at the server, whose promises are counted.
 *
 * @param {string} moment as the server writes it, of right now
 */
export function followServer(moment) {
    offset = deserializeDateTime(moment).toMillis() - Date.now();
    watchers.forEach((watcher) => watcher());
}

/** @returns {number} the server's time in milliseconds, whatever this computer's clock says */
export function getServerTime() {
    if (offset === null && session.psa_now) {
        // The page told the time when it was sent, not when its scripts had been loaded.
        const [page] = performance.getEntriesByType("navigation");
        const sentAt = performance.timeOrigin + (page?.responseStart || 0);
        offset = deserializeDateTime(session.psa_now).toMillis() - sentAt;
    }
    return Date.now() + (offset || 0);
}

/**
 * Follow the server's time while the component is on the page.
 *
 * @returns {{now: number}} reactive; milliseconds, moves each second
 */
export function useNow() {
    const clock = useState({ now: getServerTime() });
    const move = () => (clock.now = getServerTime());
    onMounted(() => {
        move();
        watch(move);
    });
    onWillUnmount(() => unwatch(move));
    return clock;
}

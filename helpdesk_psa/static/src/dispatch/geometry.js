/**
 * Where blocks stand on a dispatch board, without any of Odoo.
 *
 * A block has `start` and `end`, both luxon `DateTime`s in the zone of whoever looks. Days
 * are `DateTime`s at midnight. Positions follow the clock on the wall, so a day on which
 * the clocks change is as wide as the others. A block with travel before it has `leaveAt`.
 */

/** Minutes that a dragged or resized block snaps to. */
export const SNAP_MINUTES = 15;
/** Hours shown of a day on which nobody works. */
const DEFAULT_WINDOW = [8, 18];

/** @returns the midnights of a number of days */
export function getDays(start, count) {
    const first = start.startOf("day");
    return Array.from({ length: count }, (_, index) => first.plus({ days: index }));
}

/** @returns the Monday of the week that one plans on a day: on a weekend, the coming one */
export function getPlanningWeek(day) {
    return day.plus({ days: day.weekday > 5 ? 2 : 0 }).startOf("week");
}

/** @returns minutes on the wall clock between a day's midnight and a moment */
export function getWallMinutes(day, moment) {
    const days = Math.round(moment.startOf("day").diff(day.startOf("day"), "days").days);
    return days * 1440 + moment.hour * 60 + moment.minute;
}

/**
 * @param {{start, end}[]} spans what has to be visible
 * @param {Object[]} days
 * @returns {[number, number]} full hours from which to which a day is shown
 */
export function getHourWindow(spans, days) {
    let [from, to] = [24, 0];
    for (const span of spans) {
        for (const day of days) {
            const [first, last] = clipToDay(span, day);
            if (first < last) {
                from = Math.min(from, Math.floor(first / 60));
                to = Math.max(to, Math.ceil(last / 60));
            }
        }
    }
    return from < to ? [from, to] : DEFAULT_WINDOW;
}

/** @returns {[number, number]} minutes of a day that a span takes; empty if first >= last */
export function clipToDay(span, day) {
    const first = Math.max(getWallMinutes(day, span.start), 0);
    const last = Math.min(getWallMinutes(day, span.end), 1440);
    return [first, last];
}

/**
 * @param {[number, number]} window hours shown
 * @returns {number} where a moment is in the window of a day, between 0 and 1
 */
export function getFraction(day, moment, [from, to]) {
    const minutes = getWallMinutes(day, moment) - from * 60;
    return Math.min(Math.max(minutes / ((to - from) * 60), 0), 1);
}

/** @returns the moment at a position of a day's window, snapped */
export function getMoment(day, fraction, [from, to]) {
    const minutes = from * 60 + fraction * (to - from) * 60;
    return atWallMinutes(day, snap(minutes));
}

/** @returns the moment at a number of minutes on a day's wall clock */
export function atWallMinutes(day, minutes) {
    const date = day.startOf("day").plus({ days: Math.floor(minutes / 1440) });
    const rest = ((minutes % 1440) + 1440) % 1440;
    return date.set({ hour: Math.floor(rest / 60), minute: rest % 60 });
}

export function snap(minutes) {
    return Math.round(minutes / SNAP_MINUTES) * SNAP_MINUTES;
}

/** @returns {{start, end}} the block on another day, at the same time of day, as long */
export function moveToDay(block, day) {
    const first = block.start.startOf("day");
    const shift = (moment) => atWallMinutes(day, getWallMinutes(first, moment));
    return { start: shift(block.start), end: shift(block.end) };
}

/** @returns {{start, end}} the block from another moment on, as long */
export function moveToMoment(block, start) {
    const minutes =
        getWallMinutes(block.start, block.end) - getWallMinutes(block.start, block.start);
    return { start, end: atWallMinutes(start, getWallMinutes(start, start) + minutes) };
}

/** @returns the end of a block that is drawn up to a moment: never before its start */
export function getResizedEnd(block, moment) {
    const shortest = block.start.plus({ minutes: SNAP_MINUTES });
    return moment < shortest ? shortest : moment;
}

/** @returns the block with the way to it, which takes its person's time as well */
export function withTravel(block) {
    return { ...block, start: block.leaveAt || block.start };
}

/** @returns {string} minutes as “h:mm” */
export function formatMinutes(minutes) {
    return `${Math.floor(minutes / 60)}:${String(Math.round(minutes % 60)).padStart(2, "0")}`;
}

export function overlaps(one, other) {
    return one.start < other.end && other.start < one.end;
}

/**
 * Put blocks that overlap below each other.
 *
 * @param {{key, start, end}[]} blocks
 * @returns {{lanes: Map, count: number}} the lane of each key, from 0
 */
export function stackLanes(blocks) {
    const ends = [];
    const lanes = new Map();
    for (const block of sortByStart(blocks)) {
        let lane = ends.findIndex((end) => end <= block.start);
        if (lane < 0) {
            lane = ends.length;
        }
        ends[lane] = block.end;
        lanes.set(block.key, lane);
    }
    return { lanes, count: Math.max(ends.length, 1) };
}

/** @returns {Set} keys of the blocks that overlap another one of the same row */
export function findConflicts(blocks) {
    const conflicts = new Set();
    const sorted = sortByStart(blocks);
    for (let index = 0; index < sorted.length; index++) {
        // Sorted by start: what starts after this one's end overlaps no more.
        for (let next = index + 1; next < sorted.length; next++) {
            if (sorted[next].start >= sorted[index].end) {
                break;
            }
            conflicts.add(sorted[index].key);
            conflicts.add(sorted[next].key);
        }
    }
    return conflicts;
}

export function sortByStart(blocks) {
    return [...blocks].sort((one, other) => one.start - other.start || one.end - other.end);
}

/**
 * @param {{start, end}[]} spans in order, without overlap
 * @returns {[number, number][]} the parts of a day's window outside of them, as fractions
 */
export function getGaps(spans, day, window) {
    const gaps = [];
    let position = 0;
    for (const span of spans) {
        const [first, last] = clipToDay(span, day);
        if (first >= last) {
            continue;
        }
        const start = getFraction(day, atWallMinutes(day, first), window);
        if (start > position) {
            gaps.push([position, start]);
        }
        const end = last === 1440 ? 1 : getFraction(day, atWallMinutes(day, last), window);
        position = Math.max(position, end);
    }
    if (position < 1) {
        gaps.push([position, 1]);
    }
    return gaps;
}

/** @returns {number} minutes of a day that some spans take */
export function countMinutes(spans, day) {
    return spans.reduce((total, span) => {
        const [first, last] = clipToDay(span, day);
        return total + Math.max(last - first, 0);
    }, 0);
}

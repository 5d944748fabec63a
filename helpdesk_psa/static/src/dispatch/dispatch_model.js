import { deserializeDate, deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";

import { findConflicts, getDays, moveToDay, withTravel } from "./geometry";

/** How many days each scale shows, and how far the arrows go. */
export const SCALES = { day: 1, week: 7, fortnight: 14 };

/** Turn a block of the server, whose moments are texts, into one that can be drawn. */
export function readBlock(data) {
    const isDay = data.due && data.due.length === 10;
    const due = data.due && (isDay ? deserializeDate(data.due) : deserializeDateTime(data.due));
    const block = { ...data, key: `${data.model},${data.id}`, dueAt: due, isDueDay: isDay };
    if (data.is_deadline) {
        return { ...block, start: due.minus({ minutes: 30 }), end: due };
    }
    const start = data.start && deserializeDateTime(data.start);
    return {
        ...block,
        start,
        end: data.end && deserializeDateTime(data.end),
        leaveAt: start && data.travel ? start.minus({ minutes: data.travel }) : null,
    };
}

/** @returns what the user saw of a block, for the server to compare */
export function getSeen({ start, end, user_ids, is_deadline }) {
    return {
        start: !is_deadline && start ? serializeDateTime(start) : false,
        end: !is_deadline && end ? serializeDateTime(end) : false,
        user_ids,
    };
}

/** What a board shows, as the server told it, arranged for drawing. */
export class DispatchModel {
    constructor(orm) {
        this.orm = orm;
        this.scale = "week";
        this.start = luxon.DateTime.now().startOf("week");
        this.filters = {
            team_id: false,
            skill_id: false,
            customer_id: false,
            city: "",
            kind: "",
            search: "",
        };
        this.rows = [];
        this.blocks = [];
        this.unplanned = [];
        this.more = 0;
        this.kinds = [];
        this.teams = [];
        this.skills = [];
        this.scope = "";
        this.uid = false;
        this.serial = 0;
        this.showDeadlines = true;
    }

    get days() {
        return getDays(this.start, SCALES[this.scale]);
    }

    get end() {
        return this.start.plus({ days: SCALES[this.scale] });
    }

    async load() {
        const serial = ++this.serial;
        const data = await this.orm.call("psa.dispatch", "get_board", [
            serializeDateTime(this.start),
            serializeDateTime(this.end),
            this.serverFilters,
        ]);
        if (serial !== this.serial) {
            return; // a later question was asked meanwhile
        }
        const read = ({ start, end, ...rest }) => ({
            ...rest,
            start: deserializeDateTime(start),
            end: deserializeDateTime(end),
        });
        this.blocks = data.blocks.map(readBlock);
        this.rows = data.rows.map((row) => ({
            ...row,
            working: row.working && row.working.map(([start, end]) => read({ start, end })),
            leaves: row.leaves.map(read),
        }));
        this.kinds = data.kinds;
        this.teams = data.teams;
        this.skills = data.skills;
        this.scope = data.can_plan;
        this.uid = data.uid;
        this.setUnplanned(data.unplanned);
    }

    async loadUnplanned() {
        const serial = ++this.serial;
        const data = await this.orm.call("psa.dispatch", "get_unplanned", [this.serverFilters]);
        if (serial === this.serial) {
            this.setUnplanned(data);
        }
    }

    setUnplanned({ blocks, more }) {
        this.unplanned = blocks.map(readBlock);
        this.more = more;
    }

    get serverFilters() {
        const { team_id, customer_id, kind, search } = this.filters;
        return { team_id, customer_id, kind, search };
    }

    get kind() {
        return this.filters.kind || (this.kinds.length && this.kinds[0].model) || "";
    }

    /** Customers and cities of what is shown, for the filters. */
    get choices() {
        const customers = new Map();
        const cities = new Set();
        for (const block of [...this.blocks, ...this.unplanned]) {
            if (block.customer_id) {
                customers.set(block.customer_id, block.customer);
            }
            if (block.city) {
                cities.add(block.city);
            }
        }
        const byName = (one, other) => one.name.localeCompare(other.name);
        return {
            customers: [...customers].map(([id, name]) => ({ id, name })).sort(byName),
            cities: [...cities].sort((one, other) => one.localeCompare(other)),
        };
    }

    /** Rows of those who have the skill that the user looks for. */
    get shownRows() {
        const { skill_id } = this.filters;
        return this.rows.filter((row) => !skill_id || row.skill_ids.includes(skill_id));
    }

    /** Rows of those whom the user may plan. */
    get plannableRows() {
        return this.scope === "all" ? this.rows : this.rows.filter(({ id }) => id === this.uid);
    }

    /** @returns {string[]} names of the skills that a block asks for */
    getSkillNames({ skill_ids }) {
        return this.skills.filter(({ id }) => skill_ids.includes(id)).map(({ name }) => name);
    }

    isShown(block) {
        const { customer_id, city } = this.filters;
        return (
            (this.showDeadlines || !block.is_deadline) &&
            (!customer_id || block.customer_id === customer_id) &&
            (!city || block.city === city)
        );
    }

    /** @returns the blocks of a person, with conflicts marked */
    getBlocksOf(userId) {
        const own = this.blocks.filter((block) => block.user_ids.includes(userId));
        const planned = own.filter((block) => !block.is_deadline);
        const conflicts = findConflicts(planned.map(withTravel));
        return own
            .filter((block) => this.isShown(block))
            .map((block) => ({ ...block, isConflict: conflicts.has(block.key) }));
    }

    canMove(block) {
        if (block.locked || !this.scope) {
            return false;
        }
        const isMine = !block.user_ids.length || block.user_ids.includes(this.uid);
        return this.scope === "all" || isMine;
    }

    /**
     * @param {Object} block
     * @param {{start, end, from, to, travel}} plan moments (or nothing), ids of users, and
     *     the minutes of travel if they change
     * @returns what the server answers
     */
    async plan(block, { start, end, from = false, to = false, travel }) {
        return this.orm.call("psa.dispatch", "plan", [
            block.model,
            block.id,
            {
                start: start ? serializeDateTime(start) : false,
                end: end ? serializeDateTime(end) : false,
                from_user_id: from,
                to_user_id: to,
                ...(travel === undefined ? {} : { travel }),
            },
            getSeen(block),
        ]);
    }

    /** @returns {{start, end}} when a block takes place if it is dropped on a day */
    placeOnDay(block, row, day) {
        if (block.start && !block.is_deadline) {
            return moveToDay(block, day);
        }
        const shift = (row.working || []).find(({ start }) => start.hasSame(day, "day"));
        const start = shift ? shift.start : day.set({ hour: 9 });
        const minutes = block.minutes + block.travel;
        // After what is planned already, with time for the way.
        const free = this.getBlocksOf(row.id)
            .filter((other) => !other.is_deadline && other.end > start)
            .map(withTravel)
            .filter((other) => other.start.hasSame(day, "day"))
            .sort((one, other) => one.start - other.start)
            .reduce(
                (moment, other) =>
                    other.start < moment.plus({ minutes }) && other.end > moment
                        ? other.end
                        : moment,
                start
            );
        const leaveAt = free.hasSame(day, "day") ? free : start;
        const chosen = leaveAt.plus({ minutes: block.travel });
        return { start: chosen, end: chosen.plus({ minutes: block.minutes }) };
    }
}

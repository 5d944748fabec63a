import { useSetupAction } from "@web/search/action_hook";
import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDraggable } from "@web/core/utils/draggable";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { DispatchBlock, KIND_ICONS } from "./dispatch_block";
import { DispatchDialog } from "./dispatch_dialog";
import { DispatchItinerary } from "./dispatch_itinerary";
import { DispatchModel, SCALES } from "./dispatch_model";
import {
    countMinutes,
    formatMinutes,
    getFraction,
    getGaps,
    getHourWindow,
    getMoment,
    getPlanningWeek,
    getResizedEnd,
    moveToMoment,
    sortByStart,
    stackLanes,
    withTravel,
} from "./geometry";

import {
    Component,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";

const STORAGE_KEY = "psa_dispatch";
/** Height of a block in the day's view, in rem. */
const LANE_HEIGHT = 2.9;
/** A leave that ends so soon after midnight belongs to the day before, in another zone. */
const TOUCHED_MINUTES = 180;

/** Pointers are at whole pixels, while cells start anywhere. */
function isInside({ left, right, top, bottom }, x, y) {
    return (
        x >= Math.floor(left) &&
        x < Math.floor(right) &&
        y >= Math.floor(top) &&
        y < Math.floor(bottom)
    );
}

/** Who is where when: plan visits, tickets and tasks by dragging them to people. */
export class DispatchBoard extends Component {
    static template = "helpdesk_psa.DispatchBoard";
    static components = { Layout, DispatchBlock };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.target = useRef("target");
        this.model = new DispatchModel(this.orm);
        this.state = useState({ version: 0, now: luxon.DateTime.now(), showList: true });
        this.restore();
        onWillStart(() => this.load());
        this.followOthers();
        this.followClock();
        this.makeDraggable();
        useExternalListener(document, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.load();
            }
        });
        useSetupAction({
            getLocalState: () => ({ start: this.model.start.toISODate() }),
        });
        if (this.props.state?.start) {
            this.model.start = luxon.DateTime.fromISO(this.props.state.start);
        }
        this.searchSoon = useDebounced(() => this.loadUnplanned(), 250);
    }

    // === LOADING === //

    async load() {
        await this.model.load();
        this.state.version++;
    }

    async loadUnplanned() {
        await this.model.loadUnplanned();
        this.state.version++;
    }

    /** Load again when another dispatcher, or a form, has moved something. */
    followOthers() {
        const bus = useService("bus_service");
        const follow = useDebounced(() => this.load(), 400);
        bus.subscribe("helpdesk_psa/dispatch_changed", follow);
        onWillUnmount(() => bus.unsubscribe("helpdesk_psa/dispatch_changed", follow));
    }

    followClock() {
        const timer = browser.setInterval(() => {
            this.state.now = luxon.DateTime.now();
        }, 60000);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    restore() {
        const stored = JSON.parse(browser.localStorage.getItem(STORAGE_KEY) || "{}");
        if (stored.scale in SCALES) {
            this.model.scale = stored.scale;
        }
        if (this.ui.isSmall) {
            this.model.scale = "day";
        }
        this.model.filters.team_id = stored.team_id || false;
        this.model.showDeadlines = stored.showDeadlines ?? true;
        this.goToday(false);
    }

    remember() {
        const { scale, filters, showDeadlines } = this.model;
        if (!this.ui.isSmall) {
            browser.localStorage.setItem(
                STORAGE_KEY,
                JSON.stringify({ scale, team_id: filters.team_id, showDeadlines })
            );
        }
    }

    // === WHAT IS SHOWN === //

    get isDay() {
        return this.model.scale === "day";
    }

    get days() {
        return this.model.days;
    }

    get title() {
        const { DateTime } = luxon;
        if (this.isDay) {
            return this.days[0].toLocaleString(DateTime.DATE_HUGE);
        }
        const last = this.days[this.days.length - 1];
        const format = { day: "numeric", month: "short", year: "numeric" };
        return `${this.days[0].toLocaleString({ day: "numeric", month: "short" })} – ${last.toLocaleString(format)}`;
    }

    get scales() {
        return [
            { key: "day", label: _t("Day") },
            { key: "week", label: _t("Week") },
            { key: "fortnight", label: _t("2 weeks") },
        ];
    }

    getKindLabel(model) {
        return {
            "psa.intervention": _t("Visits"),
            "psa.ticket": _t("Tickets"),
            "project.task": _t("Tasks"),
        }[model];
    }

    getKindIcon(model) {
        return KIND_ICONS[model];
    }

    getDayLabel(day) {
        return {
            weekday: day.toLocaleString({ weekday: "short" }),
            date: day.toLocaleString({ day: "numeric", month: "short" }),
            isToday: day.hasSame(this.state.now, "day"),
            isWeekend: day.weekday > 5,
        };
    }

    /** Rows under the headings of their teams. */
    get groups() {
        const groups = [];
        for (const row of this.model.shownRows) {
            let group = groups[groups.length - 1];
            if (!group || group.id !== row.team_id) {
                group = { id: row.team_id, name: row.team || _t("No team"), rows: [] };
                groups.push(group);
            }
            group.rows.push(row);
        }
        return groups;
    }

    get unplanned() {
        return this.model.unplanned.filter((block) => this.model.isShown(block));
    }

    /** Hours that the day's view shows: those in which anybody works or has something. */
    get hourWindow() {
        const spans = this.model.rows.flatMap((row) => row.working || []);
        return getHourWindow([...spans, ...this.model.blocks.map(withTravel)], this.days);
    }

    get hours() {
        const [from, to] = this.hourWindow;
        return Array.from({ length: to - from }, (_, index) => from + index);
    }

    get gridStyle() {
        if (this.isDay) {
            return "grid-template-columns: var(--psa-dispatch-names) minmax(40rem, 1fr)";
        }
        const blocks = this.model.blocks.filter((block) => !block.is_deadline);
        const columns = this.days.map((day) => {
            const isQuiet = day.weekday > 5 && !blocks.some((block) => countMinutes([block], day));
            return isQuiet ? "minmax(2.25rem, 0.25fr)" : "minmax(4.25rem, 1fr)";
        });
        return `grid-template-columns: var(--psa-dispatch-names) ${columns.join(" ")}`;
    }

    /** @returns what stands in a row: a cell for each day, or one with lanes for the hours */
    getCells(row) {
        const blocks = this.model.getBlocksOf(row.id);
        return this.days.map((day) => {
            const own = sortByStart(blocks.filter((block) => countMinutes([block], day)));
            return this.isDay ? this.getHourCell(row, day, own) : this.getDayCell(row, day, own);
        });
    }

    getDayCell(row, day, blocks) {
        const planned = this.countPlanned(blocks, day);
        const working = row.working ? countMinutes(row.working, day) : null;
        return {
            day,
            blocks,
            leave: this.getLeave(row, day),
            isOff: working === 0,
            load: working ? Math.min(planned / working, 1) : 0,
            isOver: working !== null && planned > working,
            loadLabel: this.getLoadLabel(planned, working),
        };
    }

    /** @returns {number} minutes of a day that blocks and the ways to them take */
    countPlanned(blocks, day) {
        return countMinutes(blocks.filter((block) => !block.is_deadline).map(withTravel), day);
    }

    getHourCell(row, day, blocks) {
        const window = this.hourWindow;
        const { lanes, count } = stackLanes(blocks.map(withTravel));
        const percent = (fraction) => `${(fraction * 100).toFixed(3)}%`;
        const getStyle = (block, { start, end }) => {
            const left = getFraction(day, start, window);
            const right = getFraction(day, end, window);
            return [
                `left: ${percent(left)}`,
                `width: ${percent(right - left)}`,
                `top: ${(lanes.get(block.key) * LANE_HEIGHT + 0.2).toFixed(2)}rem`,
                `height: ${(LANE_HEIGHT - 0.3).toFixed(2)}rem`,
            ].join("; ");
        };
        const toStyle = ([from, to]) => `left: ${percent(from)}; width: ${percent(to - from)}`;
        return {
            day,
            blocks: blocks.map((block) => ({ ...block, style: getStyle(block, block) })),
            travels: blocks
                .filter((block) => block.leaveAt)
                .map((block) => ({
                    key: block.key,
                    label: this.getTravelLabel(block),
                    style: getStyle(block, { start: block.leaveAt, end: block.start }),
                })),
            style: `min-height: ${(count * LANE_HEIGHT + 0.2).toFixed(2)}rem`,
            gaps: (row.working ? getGaps(row.working, day, window) : []).map(toStyle),
            leaves: row.leaves
                .filter((leave) => countMinutes([leave], day))
                .map((leave) => ({
                    name: leave.name,
                    style: toStyle([
                        getFraction(day, leave.start, window),
                        getFraction(day, leave.end, window),
                    ]),
                })),
            now: day.hasSame(this.state.now, "day")
                ? `left: ${percent(getFraction(day, this.state.now, window))}`
                : "",
        };
    }

    getTravelLabel(block) {
        return _t("%s min of travel", block.travel);
    }

    getCellLabel(row, day) {
        return `${row.name}, ${day.toLocaleString({ weekday: "long", day: "numeric", month: "long" })}`;
    }

    getLeave(row, day) {
        const leave = row.leaves.find((span) => countMinutes([span], day) > TOUCHED_MINUTES);
        return leave ? leave.name : "";
    }

    getLoadLabel(planned, working) {
        return working === null
            ? _t("%s h planned", formatMinutes(planned))
            : _t("%(planned)s of %(working)s h planned", {
                  planned: formatMinutes(planned),
                  working: formatMinutes(working),
              });
    }

    /** Load of a person over all days shown, in percent. */
    getRowLoad(row) {
        if (!row.minutes) {
            return null;
        }
        const blocks = this.model.getBlocksOf(row.id);
        const planned = this.days.reduce((sum, day) => sum + this.countPlanned(blocks, day), 0);
        return Math.round((planned / row.minutes) * 100);
    }

    /** On a phone: what each person does on the day. */
    get dayLists() {
        const [day] = this.days;
        return this.model.shownRows
            .map((row) => ({
                row,
                leave: this.getLeave(row, day),
                blocks: sortByStart(
                    this.model.getBlocksOf(row.id).filter((block) => countMinutes([block], day))
                ),
            }))
            .sort(
                (one, other) => (other.row.id === this.model.uid) - (one.row.id === this.model.uid)
            );
    }

    // === WHAT THE USER CHOOSES === //

    async goToday(load = true) {
        const now = luxon.DateTime.now();
        this.model.start = this.isDay ? now.startOf("day") : getPlanningWeek(now);
        if (load) {
            await this.load();
        }
    }

    async go(direction) {
        const { scale, start } = this.model;
        const step = scale === "fortnight" ? 7 : SCALES[scale];
        this.model.start = start.plus({ days: direction * step });
        await this.load();
    }

    async goToDate(ev) {
        const date = luxon.DateTime.fromISO(ev.target.value);
        if (date.isValid) {
            this.model.start = this.isDay ? date : date.startOf("week");
            await this.load();
        }
    }

    async setScale(scale) {
        const { start, end } = this.model;
        const today = luxon.DateTime.now();
        const showsToday = start <= today && today < end;
        if (scale === "day") {
            this.model.start = (showsToday ? today : start).startOf("day");
        } else {
            // Who looks at the ending week on a Sunday goes on looking at it.
            const week = getPlanningWeek(today);
            const follows = showsToday && (this.isDay || week < end);
            this.model.start = follows ? week : start.startOf("week");
        }
        this.model.scale = scale;
        this.remember();
        await this.load();
    }

    async openDay(day) {
        this.model.scale = "day";
        this.model.start = day;
        await this.load();
    }

    async setFilter(name, value) {
        this.model.filters[name] = name.endsWith("_id") ? Number(value) || false : value;
        this.remember();
        await this.load();
    }

    setSearch(ev) {
        this.model.filters.search = ev.target.value;
        this.searchSoon();
    }

    async setKind(kind) {
        this.model.filters.kind = kind;
        await this.loadUnplanned();
    }

    toggleDeadlines() {
        this.model.showDeadlines = !this.model.showDeadlines;
        this.remember();
        this.state.version++;
    }

    toggleList() {
        this.state.showList = !this.state.showList;
    }

    openBlock(block, { userId, day } = {}) {
        this.dialog.add(DispatchDialog, {
            block,
            userId,
            day,
            rows: this.model.plannableRows,
            skills: this.model.getSkillNames(block),
            canMove: this.model.canMove(block),
            onPlan: (plan) => this.plan(block, { from: userId || block.user_ids[0], ...plan }),
        });
    }

    /** Whether somebody drives anywhere on the day shown. */
    hasVisits(row) {
        const [day] = this.days;
        return this.model
            .getBlocksOf(row.id)
            .some((block) => block.model === "psa.intervention" && countMinutes([block], day));
    }

    /** Show somebody's visits of the day in their order, and the way through them. */
    async openItinerary(row) {
        const [day] = this.days;
        const itinerary = await this.orm.call("psa.dispatch", "get_itinerary", [
            row.id,
            serializeDateTime(day),
            serializeDateTime(day.plus({ days: 1 })),
        ]);
        this.dialog.add(DispatchItinerary, {
            itinerary,
            title: `${row.name}, ${day.toLocaleString(luxon.DateTime.DATE_HUGE)}`,
        });
    }

    // === PLANNING === //

    async plan(block, plan) {
        let answer;
        try {
            answer = await this.model.plan(block, plan);
        } finally {
            // Whatever was refused stands where it stood.
            await this.load();
        }
        if (answer.is_stale) {
            this.notification.add(answer.message, { type: "danger", sticky: true });
            return;
        }
        for (const warning of answer.warnings) {
            this.notification.add(warning, { type: "warning" });
        }
    }

    makeDraggable() {
        useDraggable({
            ref: this.root,
            elements: ".o_psa_dispatch_draggable",
            ignore: ".o_psa_dispatch_handle",
            cursor: "grabbing",
            tolerance: 6,
            delay: 0,
            touchDelay: 300,
            edgeScrolling: { threshold: 40, speed: 12 },
            enable: () => !this.ui.isSmall,
            onDragStart: ({ element, x, y }) => {
                const { left } = element.getBoundingClientRect();
                this.grip = x - left;
                this.showTarget(element, x, y);
            },
            onDrag: ({ element, x, y }) => this.showTarget(element, x, y),
            onDragEnd: () => this.hideTarget(),
            onDrop: ({ element, x, y }) => this.drop(element, x, y),
        });
        useDraggable({
            ref: this.root,
            elements: ".o_psa_dispatch_handle",
            cursor: "ew-resize",
            tolerance: 3,
            followCursor: false,
            onDrag: ({ element, x }) => this.drawEnd(element, x),
            onDragEnd: ({ element }) => {
                element.closest(".o_psa_dispatch_block").style.minWidth = "";
                this.hideTarget();
            },
            onDrop: ({ element, x }) => this.dropEnd(element, x),
        });
    }

    getDragged(element) {
        const { key, user } = element.dataset;
        const find = (blocks) => blocks.find((block) => block.key === key);
        return {
            block: user ? find(this.model.blocks) : find(this.model.unplanned),
            from: Number(user) || false,
        };
    }

    /** @returns the cell under a point, its row and its day */
    findCell(x, y) {
        for (const cell of this.root.el.querySelectorAll(".o_psa_dispatch_cell")) {
            const rect = cell.getBoundingClientRect();
            if (isInside(rect, x, y)) {
                const row = this.model.rows.find(({ id }) => id === Number(cell.dataset.user));
                const day = this.days[Number(cell.dataset.day)];
                return { cell, row, day, rect };
            }
        }
        return null;
    }

    /** @returns {{start, end}} when a block would take place at a point of a cell */
    getPlace(block, { row, day, rect }, x) {
        if (!this.isDay) {
            return this.model.placeOnDay(block, row, day);
        }
        const fraction = (x - (block.start ? this.grip : 0) - rect.left) / rect.width;
        const start = getMoment(day, Math.max(fraction, 0), this.hourWindow);
        if (block.start && !block.is_deadline) {
            return moveToMoment(block, start);
        }
        return { start, end: start.plus({ minutes: block.minutes }) };
    }

    showTarget(element, x, y) {
        this.hideTarget();
        const found = this.findCell(x, y);
        const { block } = this.getDragged(element);
        if (found && block) {
            found.cell.classList.add("o_psa_dispatch_over");
            const { start, end } = this.getPlace(block, found, x);
            this.say(found.row.name, start, end);
        } else if (this.isOverList(x, y)) {
            this.root.el.querySelector(".o_psa_dispatch_list").classList.add("o_psa_dispatch_over");
        }
    }

    say(name, start, end) {
        const { DateTime } = luxon;
        const format = (moment) => moment.toLocaleString(DateTime.TIME_24_SIMPLE);
        const day = start.toLocaleString({ weekday: "short", day: "numeric", month: "short" });
        this.target.el.textContent = `${name} · ${day} · ${format(start)} – ${format(end)}`;
        this.target.el.classList.remove("d-none");
    }

    hideTarget() {
        for (const cell of this.root.el.querySelectorAll(".o_psa_dispatch_over")) {
            cell.classList.remove("o_psa_dispatch_over");
        }
        this.target.el.classList.add("d-none");
    }

    isOverList(x, y) {
        const list = this.root.el.querySelector(".o_psa_dispatch_list");
        const rect = list?.getBoundingClientRect();
        return rect && isInside(rect, x, y);
    }

    async drop(element, x, y) {
        const { block, from } = this.getDragged(element);
        const found = this.findCell(x, y);
        if (!block) {
            return;
        }
        if (found) {
            const place = this.getPlace(block, found, x);
            const to = found.row.id;
            await this.plan(block, { ...place, from: from || this.getLeaver(block, to), to });
        } else if (from && !block.is_deadline && this.isOverList(x, y)) {
            await this.plan(block, { from });
        }
    }

    /** @returns whom a block of the list is taken from if it is given to somebody */
    getLeaver(block, userId) {
        return block.user_ids.includes(userId) ? userId : block.user_ids[0] || false;
    }

    // === RESIZING === //

    getEnd(element, x) {
        const { block, from } = this.getDragged(element.closest(".o_psa_dispatch_block"));
        const cell = element.closest(".o_psa_dispatch_cell");
        const rect = cell.getBoundingClientRect();
        const day = this.days[Number(cell.dataset.day)];
        const moment = getMoment(day, (x - rect.left) / rect.width, this.hourWindow);
        return { block, from, end: getResizedEnd(block, moment) };
    }

    drawEnd(element, x) {
        const { block, from, end } = this.getEnd(element, x);
        const drawn = element.closest(".o_psa_dispatch_block");
        const { left } = drawn.getBoundingClientRect();
        drawn.style.minWidth = `${Math.max(x - left, 12)}px`;
        const row = this.model.rows.find(({ id }) => id === from);
        this.say(row.name, block.start, end);
    }

    async dropEnd(element, x) {
        const { block, from, end } = this.getEnd(element, x);
        await this.plan(block, { start: block.start, end, from, to: from });
    }
}

registry.category("actions").add("psa_dispatch", DispatchBoard);

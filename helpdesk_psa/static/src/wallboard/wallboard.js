import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { followServer, formatSpan, getSlaState, useNow } from "../sla/sla_time";

import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";

const { DateTime } = luxon;

const REFRESH_SECONDS = 30;
const TEAM_KEY = "helpdesk_psa.wallboard_team";
const TILES = {
    open: { icon: "fa-inbox", color: "text-primary" },
    unassigned: { icon: "fa-user-plus", color: "text-info", alarm: "text-bg-info" },
    breached: { icon: "fa-fire", color: "text-danger", alarm: "text-bg-danger" },
    soon: { icon: "fa-hourglass-half", color: "text-warning", alarm: "text-bg-warning" },
    warning: { icon: "fa-exclamation-triangle", color: "text-warning" },
    resolved: { icon: "fa-check-circle", color: "text-success" },
};

const COLORS = {
    breached: "text-bg-danger",
    warning: "text-bg-warning",
    running: "text-bg-success",
    paused: "text-bg-secondary",
};

const toMillis = (value) => deserializeDateTime(value).toMillis();

/** A team's numbers and next due tickets for a big screen; it keeps itself up to date. */
export class PsaWallboard extends Component {
    static template = "helpdesk_psa.Wallboard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.root = useRef("root");
        this.clock = useNow();
        this.state = useState({ board: null, isStale: false });
        this.lastRequest = 0;
        onWillStart(() => this.load(this.getFirstTeam()));
        onMounted(() => {
            this.refresher = browser.setInterval(() => this.load(), REFRESH_SECONDS * 1000);
        });
        onWillUnmount(() => browser.clearInterval(this.refresher));
        useExternalListener(document, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.load();
            }
        });
    }

    get board() {
        return this.state.board;
    }

    get teamName() {
        const team = this.board.teams.find((team) => team.id === this.board.team_id);
        return team ? team.name : _t("All teams");
    }

    /** The server's time: screens on a wall are seldom set to the right one. */
    get now() {
        return this.clock.now;
    }

    get timeOfDay() {
        return DateTime.fromMillis(this.now).toLocaleString(DateTime.TIME_24_SIMPLE);
    }

    getFirstTeam() {
        const { params = {}, context = {} } = this.props.action;
        const remembered = parseInt(browser.localStorage.getItem(TEAM_KEY));
        return params.team_id || context.psa_wallboard_team_id || remembered || false;
    }

    /**
     * Fetch the numbers. When that fails, the old ones stay, with a warning: nobody stands
     * beside the screen to click a dialog away.
     *
     * @param {number|false} [teamId] the team on the board by default
     */
    async load(teamId = this.board?.team_id) {
        const request = ++this.lastRequest;
        try {
            const board = await this.orm.silent.call("psa.ticket", "get_wallboard_data", [], {
                team_id: teamId || false,
            });
            if (request === this.lastRequest) {
                followServer(board.now);
                Object.assign(this.state, { board, isStale: false });
            }
        } catch (error) {
            if (!this.board) {
                throw error;
            }
            this.state.isStale = true;
        }
    }

    async chooseTeam(ev) {
        const teamId = parseInt(ev.target.value) || false;
        browser.localStorage.setItem(TEAM_KEY, teamId || "");
        await this.load(teamId);
    }

    toggleFullscreen() {
        if (document.fullscreenElement) {
            return document.exitFullscreen();
        }
        return this.root.el.requestFullscreen();
    }

    getTileIcon(tile) {
        return TILES[tile.key]?.icon || "fa-ticket";
    }

    /** What calls for action is coloured as a whole, but only if there is something. */
    getTileClass(tile) {
        const { alarm, color } = TILES[tile.key] || {};
        return alarm && tile.count ? alarm : color || "";
    }

    getCountdown(ticket) {
        const seconds = (toMillis(ticket.due_at) - this.now) / 1000;
        return seconds < 0 ? _t("%s late", formatSpan(-seconds)) : formatSpan(seconds);
    }

    getCountdownClass(ticket) {
        const facts = {
            phase: ticket.phase,
            dueAt: toMillis(ticket.due_at),
            warningAt: ticket.warning_at && toMillis(ticket.warning_at),
        };
        return COLORS[getSlaState(facts, this.now)];
    }

    getDueMoment(ticket) {
        return formatDateTime(deserializeDateTime(ticket.due_at));
    }

    async openTickets(tile) {
        const { type, res_model, views, search_view_id } = await this.action.loadAction(
            "helpdesk_psa.psa_ticket_action"
        );
        const isList = (view) => view[1] === "list";
        await this.action.doAction({
            type,
            name: tile.label,
            res_model,
            search_view_id,
            views: [...views.filter(isList), ...views.filter((view) => !isList(view))],
            domain: tile.domain,
        });
    }

    openTicket(ticket) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "psa.ticket",
            res_id: ticket.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("psa_wallboard", PsaWallboard);

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { getLackingLabel } from "./dispatch_block";

import { Component, useState } from "@odoo/owl";

/** Plan something without dragging it: who, when, for how long. */
export class DispatchDialog extends Component {
    static template = "helpdesk_psa.DispatchDialog";
    static components = { Dialog };
    static props = {
        block: Object,
        rows: Array,
        skills: Array,
        userId: { optional: true },
        day: { optional: true },
        canMove: Boolean,
        onPlan: Function,
        close: Function,
    };

    setup() {
        this.action = useService("action");
        const { block, day, userId } = this.props;
        const [first] = this.technicians.flatMap((group) => group.rows);
        const isPlanned = block.start && !block.is_deadline;
        const start = isPlanned
            ? block.start
            : (day || luxon.DateTime.now()).set({ hour: 9, minute: 0 });
        const minutes = isPlanned ? block.end.diff(block.start, "minutes").minutes : block.minutes;
        this.state = useState({
            userId: userId || block.user_ids[0] || (first ? first.id : false),
            date: start.toISODate(),
            time: start.toFormat("HH:mm"),
            hours: Math.floor(minutes / 60),
            minutes: minutes % 60,
            travel: block.travel,
        });
    }

    /** Whom one may plan, those who can do it first. */
    get technicians() {
        const { block, rows } = this.props;
        if (!block.skill_ids.length) {
            return [{ key: "all", rows }];
        }
        const isAble = (row) => block.skill_ids.every((id) => row.skill_ids.includes(id));
        return [
            { key: "able", label: _t("With the skills asked for"), rows: rows.filter(isAble) },
            { key: "others", label: _t("Others"), rows: rows.filter((row) => !isAble(row)) },
        ].filter((group) => group.rows.length);
    }

    get lackingLabel() {
        return getLackingLabel(this.props.block);
    }

    /** Only visits have a way to them. */
    get hasTravel() {
        return this.props.block.model === "psa.intervention";
    }

    get title() {
        const { number, name } = this.props.block;
        return number ? `${number} ${name}` : name;
    }

    get isPlanned() {
        return Boolean(this.props.block.start) && !this.props.block.is_deadline;
    }

    get when() {
        const { block } = this.props;
        const { DateTime } = luxon;
        if (!this.isPlanned) {
            return _t("Not planned yet");
        }
        const day = block.start.toLocaleString(DateTime.DATE_HUGE);
        const from = block.start.toLocaleString(DateTime.TIME_SIMPLE);
        const to = block.end.toLocaleString(DateTime.TIME_SIMPLE);
        return `${day}, ${from} – ${to}`;
    }

    get isComplete() {
        const { date, time, hours, minutes, userId } = this.state;
        return Boolean(date && time && userId && Number(hours) * 60 + Number(minutes) > 0);
    }

    async plan() {
        const { date, time, hours, minutes, userId, travel } = this.state;
        const start = luxon.DateTime.fromISO(`${date}T${time}`);
        const end = start.plus({ minutes: Number(hours) * 60 + Number(minutes) });
        this.props.close();
        const changes = travel === this.props.block.travel ? {} : { travel: Number(travel) };
        await this.props.onPlan({ start, end, to: Number(userId), ...changes });
    }

    async unplan() {
        this.props.close();
        await this.props.onPlan({});
    }

    open() {
        const { model, id } = this.props.block;
        this.props.close();
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { formatMinutes } from "./geometry";

import { Component } from "@odoo/owl";

/** Somebody's visits of a day in their order, and one link to the way through them. */
export class DispatchItinerary extends Component {
    static template = "helpdesk_psa.DispatchItinerary";
    static components = { Dialog };
    static props = {
        itinerary: Object,
        title: String,
        close: Function,
    };

    get stops() {
        return this.props.itinerary.stops.map((stop) => ({
            ...stop,
            hours: `${this.formatTime(stop.start)} – ${this.formatTime(stop.end)}`,
            way: _t("Leave at %(time)s, %(minutes)s min of travel", {
                time: this.formatTime(stop.leave_at),
                minutes: stop.travel,
            }),
        }));
    }

    get travel() {
        return _t("%s h of travel", formatMinutes(this.props.itinerary.travel));
    }

    formatTime(moment) {
        return deserializeDateTime(moment).toLocaleString(luxon.DateTime.TIME_24_SIMPLE);
    }
}

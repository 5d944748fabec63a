import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component, useEffect, useState } from "@odoo/owl";

/**
 * Write seconds as h:mm:ss.
 *
 * @param {number} seconds
 * @returns {string}
 */
export function formatClock(seconds) {
    const pad = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    return `${hours}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** The running timer in the top bar of every screen. */
export class TimerSystray extends Component {
    static template = "helpdesk_psa.TimerSystray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.service = useService("psa_timer");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.current = useState(this.service.state);
        this.clock = useState({ now: Date.now() });
        useEffect(
            (timerId) => {
                if (!timerId) {
                    return;
                }
                this.clock.now = Date.now();
                const interval = browser.setInterval(() => {
                    this.clock.now = Date.now();
                }, 1000);
                return () => browser.clearInterval(interval);
            },
            () => [this.current.timer && this.current.timer.id]
        );
    }

    get timer() {
        return this.current.timer;
    }

    get elapsed() {
        const milliseconds = Math.max(this.clock.now - this.current.startedAt, 0);
        return formatClock(Math.floor(milliseconds / 1000));
    }

    async stop() {
        const timerId = this.timer.id;
        const action = await this.orm.call("psa.timer", "action_stop");
        await this.action.doAction(action, {
            onClose: async () => {
                await this.service.reload();
                if (this.timer.id !== timerId) {
                    await this.action.doAction("soft_reload");
                }
            },
        });
    }

    async openRecord() {
        await this.action.doAction(await this.orm.call("psa.timer", "action_open_record"));
    }

    discard() {
        this.dialog.add(ConfirmationDialog, {
            body: _t("The time that the timer measured is lost. Discard it?"),
            confirmLabel: _t("Discard the timer"),
            confirm: async () => {
                await this.orm.call("psa.timer", "action_discard");
                await this.action.doAction("soft_reload");
            },
            cancel: () => {},
        });
    }

    openWeek() {
        return this.action.doAction("helpdesk_psa.psa_week_action", { clearBreadcrumbs: true });
    }

    openMyTime() {
        return this.action.doAction("helpdesk_psa.psa_time_action_my", { clearBreadcrumbs: true });
    }
}

registry.category("systray").add(
    "helpdesk_psa.timer",
    {
        Component: TimerSystray,
        isDisplayed: (env) => env.services.psa_timer.isAgent,
    },
    { sequence: 40 }
);

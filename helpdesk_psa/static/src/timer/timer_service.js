import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

import { reactive } from "@odoo/owl";

// Calls after which the timer may have changed, wherever on the screen they were made.
const METHODS = {
    "psa.time.log": ["action_save", "action_discard"],
    "psa.timer": ["action_discard"],
};
const ACTIONS = ["action_start_work", "action_psa_start_timer"];

/**
 * Knows the user's running timer, in this window and after changes in others.
 *
 * @typedef {{id: number, res_model: string, res_id: number, name: string,
 *   elapsed_seconds: number}} Timer
 */
export const psaTimerService = {
    dependencies: ["bus_service", "orm"],

    start(env, { bus_service: bus, orm }) {
        const state = reactive({ timer: false, startedAt: 0 });
        const isAgent = session.psa_timer !== undefined;

        function set(timer) {
            state.timer = timer;
            // By the clock of this browser, which may be wrong but goes on evenly.
            state.startedAt = timer ? Date.now() - timer.elapsed_seconds * 1000 : 0;
        }

        async function reload() {
            set(await orm.silent.call("psa.timer", "get_current"));
        }

        if (isAgent) {
            set(session.psa_timer);
            bus.subscribe("psa.timer/changed", reload);
            rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
                const { model, method } = detail.data?.params || {};
                if (ACTIONS.includes(method) || METHODS[model]?.includes(method)) {
                    reload();
                }
            });
        }
        return { state, isAgent, reload };
    },
};

registry.category("services").add("psa_timer", psaTimerService);

import { omit, pick } from "@web/core/utils/objects";
import { RelationalModel } from "@web/model/relational_model/relational_model";

export const LATE_WIDGETS = ["psa_late_char", "psa_late_list"];

/** Return the names of the fields of a form that a `LateModel` may load late. */
export function getLateFields(archInfo) {
    const nodes = Object.values(archInfo.fieldNodes);
    const isLate = ({ widget }) => LATE_WIDGETS.includes(widget);
    const soon = new Set(nodes.filter((node) => !isLate(node)).map(({ name }) => name));
    return nodes.filter((node) => isLate(node) && !soon.has(node.name)).map(({ name }) => name);
}

class LateRecord extends RelationalModel.Record {
    /** @override */
    _setData(data, options) {
        const missing = this.model.getLateFields(this.config).filter((name) => !(name in data));
        const empty = missing.map((name) => [name, this.activeFields[name].related ? [] : false]);
        super._setData({ ...Object.fromEntries(empty), ...data }, options);
        // The page was opened before: what came is from the time when it was closed.
        for (const name of missing) {
            if (this.model.isLateShown(name)) {
                this.model.loadLate(this, name);
            }
        }
    }
}

/**
 * The model of a form that loads some fields not before they are on the screen: those
 * that stand on a page of the notebook with one of the widgets above. They must be
 * read-only, and nothing else on the form may depend on them.
 */
export class LateModel extends RelationalModel {
    static Record = LateRecord;

    setup() {
        super.setup(...arguments);
        // {name of a field: the components that show it}
        this.shownLate = new Map();
    }

    showLate(name, component) {
        if (!this.shownLate.has(name)) {
            this.shownLate.set(name, new Set());
        }
        this.shownLate.get(name).add(component);
    }

    hideLate(name, component) {
        this.shownLate.get(name)?.delete(component);
    }

    isLateShown(name) {
        return Boolean(this.shownLate.get(name)?.size);
    }

    /** Names of the late fields of the form's record, none of records within the form. */
    getLateFields({ activeFields }) {
        return activeFields === this.config.activeFields ? this.config.lateFields : [];
    }

    /** @override */
    _loadRecords(config, ...args) {
        const late = this.getLateFields(config).filter((name) => !this.isLateShown(name));
        const activeFields = omit(config.activeFields, ...late);
        return super._loadRecords({ ...config, activeFields }, ...args);
    }

    /**
     * Load a field that comes on the screen.
     *
     * @param {import("@web/model/relational_model/record").Record} record
     * @param {string} name
     */
    async loadLate(record, name) {
        const { config, evalContext } = record;
        const activeFields = pick(config.activeFields, name);
        const [values] = await super._loadRecords({ ...config, activeFields }, evalContext);
        record._applyValues(pick(values, name));
    }
}

import { browser } from "@web/core/browser/browser";
import { unique } from "@web/core/utils/arrays";
import { pick } from "@web/core/utils/objects";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";

const NAMING = ["name", "string", "optional", "widget", "field_id", "width"];

/**
 * Return the name under which the browser remembers the columns of a list. Odoo's own
 * depends on the fields that are loaded.
 */
export function getViewKey(archInfo, resModel, viewId) {
    const names = Object.values(archInfo.fieldNodes).map(({ name }) => name);
    return [resModel, "list", viewId, ...unique(names).sort()].join(",");
}

/**
 * Return the fields that a list must load: Odoo loads hidden columns as well, which takes
 * as long as those shown. A hidden one stays when something shown is decided by it.
 *
 * @param {Object} archInfo what the list view says
 * @param {Object} fields of the model
 * @param {string} viewKey see `getViewKey`
 * @param {string} [asked] an optional column that will be shown
 * @returns {Object} active fields, as the model of a list wants them
 */
export function getShownFields(archInfo, fields, viewKey, asked) {
    const saved = browser.localStorage.getItem(`optional_fields,${viewKey}`)?.split(",");
    const isShown = ({ name, optional }) =>
        !optional || name === asked || (saved ? saved.includes(name) : optional === "show");
    const columns = archInfo.columns.filter(({ type }) => type === "field");
    const shown = new Set(columns.filter(isShown).map(({ name }) => name));
    const rules = getRules(archInfo.xmlDoc, pick(fields, ...shown));
    const fieldNodes = Object.fromEntries(
        Object.entries(archInfo.fieldNodes).filter(
            ([, { name }]) => shown.has(name) || rules.has(name)
        )
    );
    return extractFieldsFromArchInfo({ ...archInfo, fieldNodes }, fields).activeFields;
}

/** Return all words of what decides about colours, values to choose from and the like. */
function getRules(xmlDoc, shownFields) {
    const texts = Object.values(shownFields).flatMap((field) => [
        field.domain,
        field.context,
        field.definition_record,
    ]);
    for (const node of [xmlDoc, ...xmlDoc.querySelectorAll("*")]) {
        for (const { name, value } of node.attributes) {
            if (!NAMING.includes(name)) {
                texts.push(value);
            }
        }
    }
    return new Set(texts.join(" ").match(/\w+/g));
}

import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

import { LateModel } from "./late_model";

import { onMounted, onWillDestroy, useComponent } from "@odoo/owl";

/** Load the field of this component as soon as it is to be shown. */
function useLateLoad() {
    const component = useComponent();
    const { name, record } = component.props;
    const { model } = record;
    if (!(model instanceof LateModel)) {
        return; // it was loaded with all others
    }
    // The one that takes our place comes before we go: each counts for itself.
    model.showLate(name, component);
    // Not before: what comes renders the form anew, which would start this again.
    onMounted(() => record.resId && model.loadLate(record, name));
    onWillDestroy(() => model.hideLate(name, component));
}

class LateCharField extends CharField {
    setup() {
        super.setup();
        useLateLoad();
    }
}

class LateListField extends X2ManyField {
    setup() {
        super.setup();
        useLateLoad();
    }
}

registry.category("fields").add("psa_late_char", { ...charField, component: LateCharField });
registry.category("fields").add("psa_late_list", { ...x2ManyField, component: LateListField });

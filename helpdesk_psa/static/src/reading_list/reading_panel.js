import { useService } from "@web/core/utils/hooks";
import { getDefaultConfig, View } from "@web/views/view";

import { Component, EventBus, onWillStart, onWillUpdateProps, useSubEnv } from "@odoo/owl";

const PANEL_VIEW = "helpdesk_psa.psa_ticket_view_form_panel";

/** Shows one ticket beside a list: its form view for panels, with the conversation. */
export class ReadingPanel extends Component {
    static template = "helpdesk_psa.ReadingPanel";
    static components = { View };
    static props = {
        resId: { type: [Number, { value: false }] },
        resModel: String,
        onOpen: Function,
        onClose: Function,
        onChanged: Function,
    };

    setup() {
        this.viewService = useService("view");
        this.bus = new EventBus();
        useSubEnv({
            // The form must touch neither the pager nor the title of the list.
            config: getDefaultConfig(),
            psaReading: {
                bus: this.bus,
                getResId: () => this.props.resId,
                onChanged: () => this.props.onChanged(),
            },
        });
        onWillStart(() => this.loadFormView());
        onWillUpdateProps((nextProps) => {
            if (nextProps.resId !== this.props.resId) {
                this.bus.trigger("show", { resId: nextProps.resId });
            }
        });
    }

    /** Fetch the view here, so that its name does not follow into other forms. */
    async loadFormView() {
        const { fields, relatedModels, views } = await this.viewService.loadViews({
            resModel: this.props.resModel,
            views: [[false, "form"]],
            context: { form_view_ref: PANEL_VIEW },
        });
        this.formView = {
            resModel: this.props.resModel,
            type: "form",
            viewId: views.form.id,
            arch: views.form.arch,
            fields,
            relatedModels,
            display: { controlPanel: false },
            readonly: true,
        };
    }

    /** The first ticket. The form itself loads those that follow. */
    get viewProps() {
        this.formView.resId ||= this.props.resId;
        return this.formView;
    }
}

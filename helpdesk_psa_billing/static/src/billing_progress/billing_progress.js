import { JobProgress } from "@helpdesk_psa/job_progress/job_progress";
import { registry } from "@web/core/registry";

/** Tells how far a billing run is, and shows the form anew at each of its steps. */
export class BillingProgress extends JobProgress {
    static template = "helpdesk_psa_billing.BillingProgress";
    static model = "psa.billing.run";
    static running = ["proposing", "drafting", "posting"];
}

registry.category("view_widgets").add("psa_billing_progress", {
    component: BillingProgress,
    fieldDependencies: BillingProgress.fieldDependencies,
});

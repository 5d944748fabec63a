from . import (
    psa_demo,
    psa_dispatch_demo,
    psa_intervention_demo,
    psa_time_demo,
    psa_work_demo,
)

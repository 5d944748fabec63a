from . import psa_billing_demo

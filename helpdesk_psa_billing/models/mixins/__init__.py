from . import psa_counted_mixin
from . import psa_line_count_mixin

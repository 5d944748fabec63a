from . import test_mail_in
from . import test_home
from . import test_mail_composer

from . import equipment, portal, thread

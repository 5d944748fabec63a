from . import portal, thread

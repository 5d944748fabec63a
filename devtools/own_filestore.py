"""Plugin of pytest: each process of a spread run has files of its own.

pytest-odoo lets them share the files of the database that theirs are copies of. What one
process cleans up, since its own database does not know it, another one would miss.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest_odoo

import odoo.tools


@contextmanager
def own_filestore(original_name, name):
    """Copy the files of a database for its copy, and delete them in the end."""
    if original_name == name:
        yield
        return
    folder = Path(odoo.tools.config.filestore(name))
    shutil.rmtree(folder, ignore_errors=True)
    original = Path(odoo.tools.config.filestore(original_name))
    if original.exists():
        shutil.copytree(original, folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


pytest_odoo._shared_filestore = own_filestore

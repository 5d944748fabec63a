"""Fixtures of the whole-suite tests."""

import pytest

from devtools import odoo_cli as cli


@pytest.fixture
def odoo_cli():
    """Odoo's command line, see `devtools.odoo_cli`: `run`, `create`, `query`, `drop`."""
    return cli


@pytest.fixture
def scratch_database():
    """Name a database that does not exist yet; it is dropped after the test."""
    with cli.scratch_database() as name:
        yield name

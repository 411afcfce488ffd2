"""The sample bank: consolidation finds what is planted in its reports, all of it and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

pytestmark = pytest.mark.long

SAME = {
    ("customer_card/customers", "finance_monthly/customers", "risk_monthly/customers",
     "supervisor_figures/customers"),
    ("corporate_monthly/loans", "lending_summary/corporate_loans"),
    ("customer_card/retail_customers", "retail_monthly/customers"),
    ("customer_card/active_retail", "retail_monthly/active_customers"),
    ("branch_overview/with_email", "sme_monthly/with_email"),
}  # fmt: skip
"""Numbers published more than once, whatever their calculations look like."""
CONTRADICTORY = {
    ("call_centre_monthly/active_customers", "digital_monthly/active_customers",
     "finance_monthly/active_customers", "risk_monthly/active_customers",
     "sme_monthly/active_customers"),
    ("branch_overview/new_customers", "finance_monthly/new_customers",
     "sme_monthly/new_customers"),
    ("digital_monthly/email_reachable",),
    ("branch_overview/customers", "sme_monthly/customers"),
    ("branch_overview/loans", "lending_summary/sme_loans", "sme_monthly/loans"),
    ("finance_monthly/loans", "lending_summary/loans", "risk_monthly/loans",
     "supervisor_figures/loans"),
}  # fmt: skip
"""Numbers that bear one name and are not one; a single cell contradicts the measure of its name."""
FREED = {"corporate": Decimal(14), "retail": Decimal(13)}
"""The lending summary takes 14 hours a month, the customer card 3 hours in each of 52 weeks."""

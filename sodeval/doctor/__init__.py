"""``sodeval doctor``: what would go wrong with these files, before anything is scored."""

from sodeval.doctor.finding import SEVERITIES, Finding
from sodeval.doctor.run import Diagnosis, diagnose

__all__ = ["SEVERITIES", "Diagnosis", "Finding", "diagnose"]

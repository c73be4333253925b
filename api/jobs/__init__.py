"""Background work: imports, index builds, lists, exports, evaluations; one at a time, in the order asked for."""

from api.jobs.kinds import KINDS, JobKind, only_by
from api.jobs.work import REPORT, RETURNED, Upload, plain_name
from api.jobs.worker import Worker

__all__ = ["KINDS", "REPORT", "RETURNED", "JobKind", "Upload", "Worker", "only_by", "plain_name"]

"""The dependencies of the interface's own operations; those that pages share stand in `serving`."""

from typing import Annotated

from fastapi import Depends

from api.access.policy import Operation
from api.serving import May, Serving

WritingPatents = Annotated[Serving, Depends(May(Operation.WRITE_PATENT))]
ReadingEnterprises = Annotated[Serving, Depends(May(Operation.READ_ENTERPRISE))]
WritingEnterprises = Annotated[Serving, Depends(May(Operation.WRITE_ENTERPRISE))]
ReadingHistory = Annotated[Serving, Depends(May(Operation.READ_HISTORY))]
ReadingOutcomes = Annotated[Serving, Depends(May(Operation.READ_OUTCOME))]
WritingOutcomes = Annotated[Serving, Depends(May(Operation.WRITE_OUTCOME))]
Assessing = Annotated[Serving, Depends(May(Operation.ASSESS))]
Expressing = Annotated[Serving, Depends(May(Operation.EXPRESS))]
Answering = Annotated[Serving, Depends(May(Operation.ANSWER))]
Exporting = Annotated[Serving, Depends(May(Operation.EXPORT))]
SeeingProgress = Annotated[Serving, Depends(May(Operation.PROGRESS))]
Evaluating = Annotated[Serving, Depends(May(Operation.EVALUATE))]
WatchingJobs = Annotated[Serving, Depends(May(Operation.JOBS))]

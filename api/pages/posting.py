"""Forms: what a signed-in browser sends must carry the token that its page was given."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from api.access.policy import Operation
from api.access.secrets import same
from api.serving import May, Serving, caller_of
from matcher.errors import PermissionDenied


@dataclass(frozen=True, slots=True)
class MayPost(May):
    """Lets through those who may do `operation` and whose form came from one of our pages."""

    def __call__(self, request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Serving:
        """Find out who asks and whether their own page sent it; raises PermissionDenied."""
        serving = May.__call__(self, request)
        if not same(csrf, caller_of(serving).csrf):
            raise PermissionDenied("页面已过期，请返回上一页刷新后重试。", code="stale_form")
        return serving


SearchForm = Annotated[Serving, Depends(MayPost(Operation.SEARCH))]
NeedForm = Annotated[Serving, Depends(MayPost(Operation.WRITE_NEED))]
ListForm = Annotated[Serving, Depends(MayPost(Operation.MAKE_LIST))]
EventForm = Annotated[Serving, Depends(MayPost(Operation.RUN_EVENTS))]
ImportForm = Annotated[Serving, Depends(MayPost(Operation.IMPORT))]
RebuildForm = Annotated[Serving, Depends(MayPost(Operation.REBUILD))]
HandOutForm = Annotated[Serving, Depends(MayPost(Operation.HAND_OUT))]
ConfirmForm = Annotated[Serving, Depends(MayPost(Operation.CONFIRM))]
ExpressForm = Annotated[Serving, Depends(MayPost(Operation.EXPRESS))]
AnswerForm = Annotated[Serving, Depends(MayPost(Operation.ANSWER))]
ServeForm = Annotated[Serving, Depends(MayPost(Operation.SERVE))]
AssessForm = Annotated[Serving, Depends(MayPost(Operation.ASSESS))]
InviteForm = Annotated[Serving, Depends(MayPost(Operation.INVITE))]
ManageForm = Annotated[Serving, Depends(MayPost(Operation.MANAGE))]
OwnForm = Annotated[Serving, Depends(MayPost(Operation.ACCOUNT))]

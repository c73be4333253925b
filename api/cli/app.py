"""The commands, as a table of contents; each file of this folder holds one group."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import typer

from api.cli import (
    assessments,
    evaluation,
    events,
    feed,
    interests,
    inventory_work,
    matching,
    programme,
    records,
    service,
    training,
)

app = typer.Typer(
    name="matcher",
    help="专利供需对接：导入专利与企业需求，生成有理由、可核对的对接清单。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

app.command("quick")(matching.quick)
app.command("demo")(matching.demo)
app.command("import")(records.import_)
app.command("template")(records.template)
app.command("index")(records.index)
app.command("match")(matching.match)
app.command("list")(matching.list_)
app.command("list-merge")(matching.list_merge)
app.command("serve")(service.serve)
app.command("key")(service.key)
app.command("doctor")(service.doctor)
app.command("backup")(service.backup)
app.command("restore")(service.restore)
app.add_typer(events.app, name="event")
app.add_typer(feed.app, name="feed")
app.add_typer(inventory_work.app, name="inventory")
app.command("interests")(interests.interests)
app.add_typer(assessments.app, name="assessments")
app.command("assigned")(assessments.assigned)
app.command("tiers")(programme.tiers)
app.command("rules")(programme.rules)
app.command("progress")(programme.progress_)
app.command("unmet")(programme.unmet)
app.command("diagnose")(programme.diagnose)
app.command("assess")(programme.assess)
app.command("export")(programme.export)
app.command("respond")(programme.respond)
app.add_typer(evaluation.app, name="eval")
app.add_typer(training.app, name="train")


def alone(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The command line with the command that `words` begin with and no other: reading the options of all takes 0.1 s."""
    name = words[0] if words else ""
    found = copy(app)
    found.registered_commands = [one for one in app.registered_commands if one.name == name]
    found.registered_groups = [one for one in app.registered_groups if one.name == name]
    if not found.registered_commands and not found.registered_groups:
        return app
    found.callback()(lambda: None)  # or a single command would stand for the whole command line
    return found

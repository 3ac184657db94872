"""Tables of the stored mail."""

from postroom.archive.models.actions import (
    LABELLING,
    MARKS,
    Action,
    ActionKind,
    ActionState,
)
from postroom.archive.models.deals import DealLink, thread_of_link
from postroom.archive.models.emails import (
    BodyState,
    Direction,
    Email,
    EveryParticipant,
    Participant,
    ParticipantRole,
)
from postroom.archive.models.folders import Folder, FolderRole, Quarantine, ServerCopy
from postroom.archive.models.inquiries import Inquiry
from postroom.archive.models.labels import Colour, Label, Labelling
from postroom.archive.models.lookout import LATE, Lookout, newest_email
from postroom.archive.models.proofs import Comparison, ProofEntry
from postroom.archive.models.raw import RawMessage
from postroom.archive.models.runs import SyncRun
from postroom.archive.models.search import (
    Correspondent,
    SearchDue,
    SearchEntry,
    SearchMark,
)
from postroom.archive.models.teamwork import (
    Assignment,
    Presence,
    TeamEntry,
    TeamEntryKind,
)
from postroom.archive.models.triage import MutedThread, Triage
from postroom.archive.models.watches import ResponseWatch

__all__ = [
    "LABELLING",
    "LATE",
    "MARKS",
    "Action",
    "ActionKind",
    "ActionState",
    "Assignment",
    "BodyState",
    "Colour",
    "Comparison",
    "Correspondent",
    "DealLink",
    "Direction",
    "Email",
    "EveryParticipant",
    "Folder",
    "FolderRole",
    "Inquiry",
    "Label",
    "Labelling",
    "Lookout",
    "MutedThread",
    "Participant",
    "ParticipantRole",
    "Presence",
    "ProofEntry",
    "Quarantine",
    "RawMessage",
    "ResponseWatch",
    "SearchDue",
    "SearchEntry",
    "SearchMark",
    "ServerCopy",
    "SyncRun",
    "TeamEntry",
    "TeamEntryKind",
    "Triage",
    "newest_email",
    "thread_of_link",
]

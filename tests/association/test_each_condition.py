"""Each condition of the rule taken away in turn: the random worlds notice every one.

As for the second wall in `test_wall.py`; here the first one, which the queries begin from.
"""

import random
from types import ModuleType

import pytest
from django.db import transaction

from association.worlds import random_world, sight_of
from postroom.association import people, reach, redaction, visibility, visible_to
from postroom.team import hierarchy
from taking_away import take_away

pytestmark = pytest.mark.django_db

WORLDS = 120

# These notice what few others do, so they are asked first.
TELLING = (119, 68, 34, 25, 21, 20)

# Where, what stands there, and what is left when somebody takes it away.
CONDITIONS: list[tuple[ModuleType, str, str]] = [
    (visibility, "if not viewer.is_active:", "if False:"),
    (visibility, ", removed_at__isnull=True)", ")"),
    (visibility, " & Q(Exists(known_participants()))", ""),
    (visibility, "if are_some_excluded():", "if False:"),
    (
        visibility,
        "shown |= Q(within(custom)) & Q(Exists(participants_with_a_share()))",
        "shown |= Q(within(custom))",
    ),
    (
        visibility,
        "Q(within(reach.granted)) & Q(Exists(granted))",
        "Q(within(reach.granted))",
    ),
    (visibility, "Q(GreaterThan(ruling(), 0))", "Q(GreaterThan(ruling(), -1))"),
    (visibility, 'rulings.order_by("identity")', 'rulings.order_by("-identity")'),
    (visibility, 'Q(account=OuterRef("account")) & (', "("),
    (visibility, 'person__shares__account=OuterRef("account"),', ""),
    (visibility, 'person__shares__addresses__canonical=F("canonical"),', ""),
    (visibility, "person__shares__addresses__is_shared=True,", ""),
    (visibility, "Q(person__shares__until=None) | Q(person__shares__until__gt=Now()),", ""),
    (
        visibility,
        'Q(owner__isnull=True) | Q(owner=OuterRef(OuterRef("account__owner")))',
        "Q(owner__isnull=True)",
    ),
    (visibility, ".exclude(at_own_domains())", ""),
    (visibility, '| (Q(canonical="") & Q(Exists(listed)))', ""),
    (visibility, "When(Q(within(ids)) & has_share,", "When(within(ids),"),
    (reach, ".exclude(activation=Activation.DEACTIVATED)", ".all()"),
    (reach, "active().filter(pk__in=mailboxes_of(User(pk=viewer)))", "active()"),
    (reach, "accounts.exclude(is_set=True, mode=Sharing.PRIVATE)", "accounts"),
    (reach, ".filter(reaches(User(pk=viewer, role_id=role)))", ""),
    (reach, "found[MODES[mode]]", "found[Sharing.PUBLIC]"),
    (visibility, "if not reach.has_rulings and not reach.granted:", "if True:"),
    (reach, "others_than(own).filter(account__owner__role__in=roles)", "others_than(own)"),
    (reach, "Q(until=None) | Q(until__gt=Now()), user=viewer", "user=viewer"),
    (reach, "Q(until__gt=Now()), user=viewer", "Q(until__gt=Now())"),
    (hierarchy, "or not Organisation.get().superiors_see", ""),
    (people, " | at_own_domains()", ""),
    (people, ' | Q(canonical__in=User.objects.values("email"))', ""),
    (people, 'Q(canonical__in=EmailAccount.objects.values("address"))', "Q(pk__in=[])"),
    (redaction, "if email.sight < Sight.SUBJECT:", "if False:"),
    (redaction, "if email.sight < Sight.EVERYTHING:", "if False:"),
]


@pytest.mark.parametrize("number", range(len(CONDITIONS)))
def test_a_condition_taken_away_is_noticed(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module, there, instead = CONDITIONS[number]
    take_away(module, there, instead, monkeypatch)
    assert any(is_wrong(seed) for seed in (*TELLING, *range(WORLDS))), (module.__name__, there)


def test_the_control_nothing_taken_away() -> None:
    assert not any(is_wrong(seed) for seed in range(6))


def is_wrong(seed: int) -> bool:
    """Whether anybody sees something else than the oracle says, in a world that is left behind."""
    with transaction.atomic():
        world = random_world(random.Random(seed), emails=90)
        wrong = False
        for viewer in world.users:
            right = {e.pk: s for e in world.emails if (s := sight_of(world, viewer, e))}
            emails = list(visible_to(viewer))
            shown = {e.pk: 1 + bool(e.subject) + bool(e.snippet) for e in emails}
            wrong = wrong or right != shown or right != {e.pk: e.sight for e in emails}
        transaction.set_rollback(True)
    return wrong

"""Sets the demo up through the product's own doors, once: users, people, the account, a sync.

Every step may have been done before: a first start that was interrupted goes on where it was.
"""

from importlib.resources import files

from postroom.cli.demo.folder import DemoState
from postroom.cli.demo.mailbox import ADDRESS, PASSWORD
from postroom.cli.demo.steps import Steps
from postroom.cli.demo.world import cast

USERS = (("ruth", True), ("maya", False), ("tom", False))
COMPANY = "Petrel & Daughters"


def stage(state: DemoState, steps: Steps) -> None:
    """Do all of it. Django must be set up and the mail server must answer."""
    with steps.step("Adding Ruth (administrator), Maya and Tom"):
        add_users()
    with steps.step("Importing leads, contacts and their companies"):
        import_the_people()
    with steps.step("Opening deals, writing templates and a rule"):
        begin_selling()
    with steps.step(f"Connecting {ADDRESS}"):
        connect_the_mailbox(state)
    with steps.step("Syncing the mailbox"):
        sync_the_mailbox()


def add_users() -> None:
    """Three users, and the company they work for."""
    from postroom.team.models import Organisation, User

    for who, is_administrator in USERS:
        person = cast.COLLEAGUES[who]
        if not User.objects.filter(email=person.mailbox).exists():
            User.objects.create_user(
                person.mailbox, PASSWORD, name=person.name, is_administrator=is_administrator
            )
    organisation = Organisation.get()
    organisation.name, organisation.own_domains = COMPANY, [cast.OWN_DOMAIN]
    organisation.save()


def import_the_people() -> None:
    """The leads and contacts of `people.csv`, as `postroom people import` does it."""
    from postroom.crm.imports import import_people

    people = files("postroom.cli.demo.world").joinpath("people.csv").read_text("utf-8")
    import_people(people.splitlines(keepends=True))


def begin_selling() -> None:
    """Maya's deals in every stage, and how she works."""
    from django.utils import timezone

    from postroom.cli.demo.selling import sell

    sell(timezone.now())


def connect_the_mailbox(state: DemoState) -> None:
    """Maya's account, shared with everyone; an account that is there is told the ports of today."""
    from postroom.accounts.models import Direction, EmailAccount, Security, Sharing
    from postroom.accounts.seals import keep_secret
    from postroom.engine.starting import start_keeping
    from postroom.setup import AccountRequest, ServerAddress, connect_account
    from postroom.team.models import User

    incoming = ServerAddress("127.0.0.1", state.imap_port, Security.NONE)
    outgoing = ServerAddress("127.0.0.1", state.smtp_port, Security.NONE)
    if account := EmailAccount.objects.filter(address=ADDRESS).first():
        account.imap_port, account.smtp_port = incoming.port, outgoing.port
        account.smtp_host, account.smtp_security = outgoing.host, outgoing.security
        account.save()
        keep_secret(account, Direction.OUTGOING, PASSWORD)
        return
    account = connect_account(
        AccountRequest(
            owner=User.objects.get(email=ADDRESS),
            address=ADDRESS,
            imap=incoming,
            smtp=outgoing,
            password=PASSWORD,
            sharing=Sharing.PUBLIC,
        )
    )
    start_keeping(account)


def sync_the_mailbox() -> None:
    """A whole sync, with a progress bar on a terminal."""
    from postroom.accounts.models import EmailAccount
    from postroom.cli.syncing import sync_to_the_end

    sync_to_the_end(EmailAccount.objects.get(address=ADDRESS), is_quiet=False)
